// The module's doors. A caller writes a Problem, asks for the sizes of its reserve and scratch, and runs it.
export { simpleBackward, simpleForward, simpleReserveBytes, simpleScratchBytes } from './simple';
export { lstmBackward, lstmForward, lstmReserveBytes, lstmScratchBytes } from './lstm';
export { gruBackward, gruForward, gruReserveBytes, gruScratchBytes } from './gru';
export { denseBackward, denseForward, denseReserveBytes, denseScratchBytes } from './dense';
/** The first byte the kernels do not use themselves. */
export const heapBase: usize = __heap_base;
