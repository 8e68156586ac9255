#ifndef CK_EXIT_H
#define CK_EXIT_H

/// Registers what is to be held up where the process ends while other threads work: `pause` is called before any handler
/// of `atexit` and before libraries destroy what these threads may use, on the thread that ends the process. It may also
/// be called at the end of a thread; then `resume` follows. The last one registered is called first. Eight at most.
void ck_pause_at_exit(void (*pause)(void), void (*resume)(void));

/// Says that the calling thread may end the process. The main thread need not say so.
void ck_thread_may_exit(void);

#endif
