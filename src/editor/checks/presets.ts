import type { TaskDefinition } from 'vscode';
import { ASK_FOR_PAGE, TASK_TYPE } from '../contributions.ts';
import { SCENARIO_GLOB } from '../testExplorer/scenarioFiles.ts';
import { t } from '../translate.ts';
import type { CheckProperties } from './checkArguments.ts';

interface Preset {
  readonly name: string;
  readonly definition: TaskDefinition & CheckProperties;
}

/** The tasks that are offered without a tasks.json, each a start for one of the user's own (*Configure Task*). */
export function presets(): readonly Preset[] {
  const preset = (name: string, properties: CheckProperties): Preset => ({
    name,
    definition: { type: TASK_TYPE, ...properties },
  });
  return [
    preset(t('Check all scenarios'), { file: SCENARIO_GLOB }),
    preset(t('Watch memory for 2 minutes'), { profile: 'quick', url: ASK_FOR_PAGE }),
    preset(t('Watch memory for 5 minutes'), { profile: 'medium', url: ASK_FOR_PAGE }),
    preset(t('Watch memory for 10 minutes'), { profile: 'endurance', url: ASK_FOR_PAGE }),
    preset(t('Watch browsers'), { command: 'tree' }),
  ];
}
