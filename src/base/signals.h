/* signals.h - the signals that end a process */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <signal.h>
#include <stdbool.h>

/* Signals are numbered from 1 to this one; the last ones are the real-time signals. */
#define SIGNALS_LAST (_NSIG - 1)

/*
 * True if a signal ends the process by default and can be caught. These include crashes and the
 * real-time signals. signal(7).
 */
bool signals_ends(int number);

/* Fills a set for sigprocmask(2) with these signals except crashes, which can't be blocked. */
void signals_from_outside(sigset_t *set);
