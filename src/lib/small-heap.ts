/**
 * Imported for what it does, before the program itself. Records stream through and little lives long, yet V8 lets its
 * young generation grow to 32 MB while the modules are loaded, keeps that to the end, and lets the old one double
 * before it looks.
 */
import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--semi-space-growth-factor=1');
setFlagsFromString('--heap-growing-percent=60');
