/**
 * The commands of the editor: a bundle of its own, loaded when the first of them is used, so that activation loads only the
 * code that registers them.
 */
export { doctor } from './doctor/doctor.ts';
export { askSessionOptions } from './managed/askOptions.ts';
export { attachInteractively } from './managed/attachFlow.ts';
export { debugScript, runScript } from './managed/runScript.ts';
export { exportReport } from './report/exportReport.ts';
export { pictureAddress, pictureRoot } from './report/picture.ts';
export { reportView } from './report/reportView.ts';
export { newScenario } from './testExplorer/newScenario.ts';
export { pickLocator } from './testExplorer/pickLocator.ts';
export { recordScenario } from './testExplorer/recordScenario.ts';
export { setTranslator } from './translate.ts';
export { announceEnd } from './checks/announce.ts';
export { describeFinding } from './checks/findingText.ts';
export { clearRuns, compareRuns, deleteRuns, openReport, openReportFile } from './leakChecks/leakCommands.ts';
export { certainFix } from './checks/certainFix.ts';
export { checkAgain } from './checks/checkAgain.ts';
export { checkPage, checkThisPage } from './start/checkPage.ts';
export { filterInteractively, revealOwner, showMenu } from './processTree/rowCommands.ts';
export { captureProgramSnapshot, checkProgram } from './start/checkProgram.ts';
export { fixLeak } from './checks/fixLeak.ts';
export { goToLine } from './checks/goToLine.ts';
export { ignoreLeak } from './checks/ignoreLeak.ts';
export { locateFinding } from './checks/locateFinding.ts';
export { saveAsScenario } from './checks/saveAsScenario.ts';
export { configureChecks } from './testExplorer/configureChecks.ts';
export { showSnapshots } from './snapshots/showSnapshots.ts';
export { runScenario } from './testExplorer/scenarioRun.ts';
