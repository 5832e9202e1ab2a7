/** One stream of events; text, JSON and later the web app are listeners of it. */
export type WaybillEvent =
  | { readonly type: 'step-started'; readonly step: string; readonly total: number | null }
  | { readonly type: 'step-progress'; readonly step: string; readonly done: number }
  | {
      readonly type: 'step-ended';
      readonly step: string;
      readonly done: number;
      readonly note?: string;
    }
  | { readonly type: 'notice'; readonly level: 'info' | 'warn'; readonly message: string };

export type Emit = (event: WaybillEvent) => void;
