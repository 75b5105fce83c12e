import { z } from 'zod';

/** An address that an agent may open: what page content talks it into must not read files of this machine. */
export const webUrl = z.url({ protocol: /^https?$/ });
