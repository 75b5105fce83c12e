export { type SnapshotReport, describeKept, describePlace } from './snapshotReport.ts';
export { renderSnapshotHtml } from './snapshotHtml.ts';
export { factsText, growthText, renderSnapshotText } from './snapshotText.ts';
