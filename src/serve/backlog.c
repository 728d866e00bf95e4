/* backlog.c - the messages saved by a session, and the runs of the queue that send them */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/backlog.h"

#include "base/clock.h"
#include "base/fs.h"
#include "deliver/detach.h"
#include "deliver/report.h"
#include "deliver/rounds.h"

#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

enum { RUN_SECONDS = 10 };

void backlog_init(struct backlog *backlog, int output, int place)
{
	*backlog = (struct backlog){ .output = output, .place = place, .due = CLOCK_NEVER };
}

static void run_in_child(struct backlog *backlog)
{
	const struct run_choice choice = { 0 };
	struct run_result result = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct spool spool;

	close(backlog->output);
	fs_close_at(&backlog->place);
	if (spool_open(&spool, backlog->path, false, &err))
		rounds_run(&spool, &choice, &result);
	_exit(report_end(EX_OK));
}

void backlog_run(struct backlog *backlog)
{
	if (!backlog->path)
		return;
	int pid = detach();
	if (pid == 0)
		run_in_child(backlog);
	if (pid > 0)
		backlog->child = pid;
	mem_free_at(&backlog->path);
	backlog->due = CLOCK_NEVER;
}

/*
 * Starts a run only after the last one has ended, so that a long session does not gather children.
 */
void backlog_run_if_due(struct backlog *backlog)
{
	if (clock_now() < backlog->due)
		return;
	if (backlog->child > 0 && waitpid(backlog->child, NULL, WNOHANG) == 0)
		backlog->due = clock_after(RUN_SECONDS);
	else
		backlog_run(backlog);
}

void backlog_add(struct backlog *backlog, const char *path)
{
	/*
	 * The account of this sender may have another queue: first run the queue of the earlier
	 * messages.
	 */
	if (backlog->path && strcmp(backlog->path, path) != 0)
		backlog_run(backlog);
	if (!backlog->path) {
		backlog->path = mem_copy(path);
		backlog->due = clock_after(RUN_SECONDS);
	}
	backlog_run_if_due(backlog);
}
