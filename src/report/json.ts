import type { ReportModel } from './model.ts';

export const reportJson = (model: ReportModel): string => `${JSON.stringify(model, null, 2)}\n`;
