/* signals.h - which signals end a process */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Signals are numbered from 1 to this one; the last ones are for real time. */
#define SIGNALS_LAST (_NSIG - 1)

/*
 * Whether a signal ends the process unless the process says otherwise, and may be caught. Crashes
 * and the signals for real time are among them. signal(7).
 */
bool signals_ends(int number);

/* All of them except crashes, which cannot wait: for sigprocmask(2). */
void signals_from_outside(sigset_t *set);
