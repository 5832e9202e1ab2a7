/** The only place that asks for the time; tests may set it. */
export const clock = { now: (): Date => new Date() };

export const isoNow = (): string => clock.now().toISOString();
