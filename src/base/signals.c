/* signals.c - the signals that end a process */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/signals.h"

bool signals_ends(int number)
{
	switch (number) {
	case SIGKILL:
	case SIGSTOP: /* SIGKILL and SIGSTOP can't be caught */
	case SIGTSTP:
	case SIGTTIN:
	case SIGTTOU:
	case SIGCONT:
	case SIGCHLD:
	case SIGURG:
	case SIGWINCH:
		return false;
	default:
		return number > 0 && number <= SIGNALS_LAST;
	}
}

static bool is_crash(int number)
{
	switch (number) {
	case SIGABRT:
	case SIGBUS:
	case SIGFPE:
	case SIGILL:
	case SIGSEGV:
	case SIGSYS:
	case SIGTRAP:
		return true;
	default:
		return false;
	}
}

void signals_from_outside(sigset_t *set)
{
	sigemptyset(set);
	for (int number = 1; number <= SIGNALS_LAST; number++)
		if (signals_ends(number) && !is_crash(number))
			sigaddset(set, number);
}
