import { z } from 'zod';

/** Schemas are then checked without code made at run time, which the page's policy forbids; imported before any is made. */
z.config({ jitless: true });
