/** The list of commands, in the order of the journey. */
import type { Command } from 'commander';
import { addConnector } from './commands/connector.ts';
import { addAudit } from './commands/audit.ts';
import { addCatalogue } from './commands/catalogue.ts';
import { addDelta } from './commands/delta.ts';
import { addDemo } from './commands/demo.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEstimate } from './commands/estimate.ts';
import { addHandoff } from './commands/handoff.ts';
import { addInit } from './commands/init.ts';
import { addMap } from './commands/map.ts';
import { addPlan } from './commands/plan.ts';
import { addReport } from './commands/report.ts';
import { addReview } from './commands/review.ts';
import { addRollback } from './commands/rollback.ts';
import { addSample } from './commands/sample.ts';
import { addRun } from './commands/run.ts';
import { addScope } from './commands/scope.ts';
import { addStatus } from './commands/status.ts';
import { addVerify } from './commands/verify.ts';

export function addCommands(program: Command): void {
  for (const add of [
    addInit,
    addDoctor,
    addScope,
    addMap,
    addPlan,
    addSample,
    addRun,
    addDelta,
    addVerify,
    addReview,
    addStatus,
    addReport,
    addRollback,
    addConnector,
    addHandoff,
    addAudit,
    addCatalogue,
    addEstimate,
    addDemo,
  ])
    add(program);
}
