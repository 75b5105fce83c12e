import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Disposable, commands, window, workspace } from 'vscode';
import { type Log, describeError, plainText } from '../../support/index.ts';
import { VIEWS } from '../contributions.ts';
import { inBackground } from '../log.ts';
import { setting } from '../settings.ts';
import { t } from '../translate.ts';
import { isForPerson, parseMonitorLine } from './monitorLines.ts';

/**
 * `leakwright monitor` for as long as the setting names a port: a process of its own, so that requests from outside never
 * reach the extension host. It ends when its channel closes, whatever becomes of this window.
 */
export class MonitorProcess implements Disposable {
  readonly #cli: string;
  readonly #log: Log;
  readonly #watching: Disposable;
  #child: ChildProcess | undefined;
  #port: number | undefined;

  constructor(options: { readonly cli: string; readonly log: Log }) {
    this.#cli = options.cli;
    this.#log = options.log;
    this.#watching = workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('leakwright.monitorPort')) this.apply();
    });
  }

  /** Where its endpoints are, once it says so. */
  get port(): number | undefined {
    return this.#port;
  }

  /** Starts or ends it, as the setting says now. */
  apply(): void {
    this.#stop();
    const port = setting('monitorPort');
    if (port > 0) this.#start(port);
  }

  dispose(): void {
    this.#watching.dispose();
    this.#stop();
  }

  #start(port: number): void {
    const child = spawn(process.execPath, [this.#cli, 'monitor', '--json', '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // The desktop editor's own program is Electron, which runs as Node only with this variable.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    this.#child = child;
    createInterface({ input: child.stdout! }).on('line', (line) => this.#hear(line));
    // Its own log, with its own times: another window may serve the port already, and that is no failure of this one.
    createInterface({ input: child.stderr! }).on('line', (line) => this.#log.info(`monitor: ${plainText(line, 1000)}`));
    child.on('error', (error) => this.#log.error(`The monitor did not start: ${describeError(error)}`));
    child.on('exit', () => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#port = undefined;
    });
  }

  #hear(line: string): void {
    const said = parseMonitorLine(line);
    if (!said) return;
    if (said.type === 'listening') {
      this.#port = said.port;
      this.#log.info(`The monitor is at http://127.0.0.1:${said.port}; its token is in ${said.tokenFile}`);
      return;
    }
    const { message, level } = said.alert;
    if (said.type === 'resolved') this.#log.info(`monitor: over: ${message}`);
    else if (level === 'notice') this.#log.info(`monitor: ${message}`);
    else this.#log.warn(`monitor: ${message}`);
    if (isForPerson(said)) inBackground(this.#log, 'A memory alert', this.#tell(message));
  }

  async #tell(message: string): Promise<void> {
    const show = t('Show Processes');
    const answer = await window.showWarningMessage(plainText(message, 300), show);
    if (answer === show) await commands.executeCommand(`${VIEWS.processes}.focus`);
  }

  #stop(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#port = undefined;
    if (child?.connected) child.disconnect();
    else child?.kill();
  }
}
