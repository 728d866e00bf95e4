/* withdraw.c - taking a message back when its sender is interrupted */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/withdraw.h"

#include "queue/spool.h"

#include <signal.h>
#include <unistd.h>

static const int signals[] = { SIGHUP, SIGINT, SIGTERM };
enum { SIGNALS = sizeof signals / sizeof *signals };

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

/* A caller that made us ignore a signal (nohup) meant it. */
void withdraw_on_signal(const struct entry *entry)
{
	withdrawn.folder = entry->spool->folders[SPOOL_QUEUE];
	withdrawn.id = entry->record.id;
	for (size_t i = 0; i < SIGNALS; i++)
		if (signal(signals[i], withdraw_and_die) == SIG_IGN)
			signal(signals[i], SIG_IGN);
}

void withdraw_never(void)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signal(signals[i], SIG_DFL) == SIG_IGN)
			signal(signals[i], SIG_IGN);
}
