/* withdraw.c - taking a message back when its sender is interrupted */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/withdraw.h"

#include "queue/spool.h"

#include <signal.h>
#include <unistd.h>

static struct {
	int number;
	bool is_callers; /* our caller made us ignore it */
} signals[] = { { .number = SIGHUP }, { .number = SIGINT }, { .number = SIGTERM } };
enum { SIGNALS = LENGTH(signals) };

static struct {
	int folder;
	const char *id;
} withdrawn;

static void withdraw_and_die(int number)
{
	unlinkat(withdrawn.folder, withdrawn.id, 0);
	fsync(withdrawn.folder);
	signal(number, SIG_DFL);
	raise(number);
}

static void answer_signals(void (*answer)(int))
{
	for (size_t i = 0; withdrawn.id && i < SIGNALS; i++)
		if (!signals[i].is_callers)
			signal(signals[i].number, answer);
}

void withdraw_on_signal(const struct entry *entry)
{
	withdrawn.folder = entry->spool->folders[SPOOL_QUEUE];
	withdrawn.id = entry->record.id;
	for (size_t i = 0; i < SIGNALS; i++) {
		struct sigaction now;
		signals[i].is_callers =
			sigaction(signals[i].number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
	}
	answer_signals(withdraw_and_die);
}

void withdraw_never(void)
{
	sigset_t none;

	answer_signals(SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void withdraw_done(void)
{
	sigset_t waiting;

	sigemptyset(&waiting);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&waiting, signals[i].number);
	sigprocmask(SIG_BLOCK, &waiting, NULL);
}
