import type { DoctorCheck } from '../model.ts';

/** Whether browsers can have windows at all: on Linux that takes a display. */
export const displayCheck: DoctorCheck = {
  id: 'display',
  title: 'Windows',
  look() {
    if (process.platform !== 'linux') return Promise.resolve(undefined);
    const display = process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
    return Promise.resolve({
      state: 'ok',
      fact: display
        ? `Browsers can show windows on display ${display}.`
        : 'There is no display, so browsers run without windows. Checks never need one.',
    });
  },
};
