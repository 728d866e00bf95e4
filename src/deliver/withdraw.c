/* withdraw.c - removing a message from the queue when its sender is killed or lacks memory */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/withdraw.h"

#include "base/signals.h"
#include "deliver/report.h"
#include "queue/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

enum plan {
	PLAN_NONE,
	PLAN_REMOVE, /* remove it: no recipient has the message */
	PLAN_STAY,   /* the message stays in the queue */
	PLAN_SERVED, /* the message stays in the queue, and a recipient has it */
	PLAN_SENT,   /* remove it: all recipients have the message */
	PLAN_DECIDED
};

static struct {
	volatile enum plan plan;
	enum plan before; /* the plan before withdraw_disarm */
	pid_t owner;
	int folder;
	const char *id;
	int queued_status;
	int status;
} withdrawn;

/* Removes the message. Returns whether it is no longer in the queue. */
static bool take_out(void)
{
	if (unlinkat(withdrawn.folder, withdrawn.id, 0) < 0 && errno != ENOENT)
		return false;
	fsync(withdrawn.folder);
	return true;
}

static void withdraw_and_die(int number)
{
	if (withdrawn.plan == PLAN_REMOVE && getpid() == withdrawn.owner)
		(void)take_out();
	signal(number, SIG_DFL);
	raise(number);
}

static void write_stderr(const char *text)
{
	ssize_t said = write(STDERR_FILENO, text, strlen(text));

	/* Without stderr, the exit status has to be enough. */
	(void)said;
}

static int report_queued_id(void)
{
	write_stderr(report_name());
	write_stderr(": queued as ");
	write_stderr(withdrawn.id);
	write_stderr("\n");
	return withdrawn.queued_status;
}

static int stay(int otherwise)
{
	bool is_there = faccessat(withdrawn.folder, withdrawn.id, F_OK, AT_SYMLINK_NOFOLLOW) == 0;

	return is_there ? report_queued_id() : otherwise;
}

static int run_out(void)
{
	if (getpid() != withdrawn.owner)
		return EX_TEMPFAIL;
	switch (withdrawn.plan) {
	case PLAN_NONE:
		return EX_TEMPFAIL;
	case PLAN_REMOVE:
		return take_out() ? EX_TEMPFAIL : report_queued_id();
	case PLAN_STAY:
		return stay(EX_TEMPFAIL);
	case PLAN_SERVED:
		return stay(EX_OK);
	case PLAN_SENT:
		(void)take_out();
		return EX_OK;
	case PLAN_DECIDED:
		return withdrawn.status;
	}
	return EX_TEMPFAIL;
}

static void set_plan(enum plan plan)
{
	withdrawn.owner = getpid();
	withdrawn.plan = plan;
	mem_on_exhaustion(run_out);
}

static void arm(const struct entry *entry, int queued_status, enum plan plan)
{
	withdrawn.folder = entry->spool->folders[SPOOL_QUEUE];
	withdrawn.id = entry->record.id;
	withdrawn.queued_status = queued_status;
	withdrawn.before = plan;
	set_plan(plan);
}

void withdraw_keep(const struct entry *entry, int queued_status)
{
	arm(entry, queued_status, PLAN_STAY);
}

void withdraw_unanswered(const struct entry *entry)
{
	arm(entry, EX_TEMPFAIL, PLAN_REMOVE);
}

/* The handlers of mailchute stay set to the end; their action follows the plan. */
void withdraw_on_signal(const struct entry *entry, int queued_status)
{
	struct sigaction action = { .sa_handler = withdraw_and_die };

	signals_from_outside(&action.sa_mask);
	arm(entry, queued_status, PLAN_REMOVE);
	for (int number = 1; number <= SIGNALS_LAST; number++) {
		struct sigaction before;
		if (signals_ends(number) && sigaction(number, &action, &before) == 0 &&
		    (before.sa_flags & SA_SIGINFO || before.sa_handler != SIG_DFL))
			sigaction(number, &before, NULL);
	}
}

/* Changes the plan, unless the message was never in the queue. */
static void change_plan(enum plan plan)
{
	if (withdrawn.plan != PLAN_NONE)
		withdrawn.plan = plan;
}

void withdraw_disarm(void)
{
	sigset_t ending;

	if (withdrawn.plan != PLAN_STAY)
		withdrawn.before = withdrawn.plan;
	change_plan(PLAN_STAY);
	signals_from_outside(&ending);
	sigprocmask(SIG_UNBLOCK, &ending, NULL);
}

void withdraw_rearm(void)
{
	change_plan(withdrawn.before);
}

void withdraw_nothing(void)
{
	change_plan(PLAN_NONE);
}

void withdraw_block(void)
{
	sigset_t ending;

	signals_from_outside(&ending);
	sigprocmask(SIG_BLOCK, &ending, NULL);
}

void withdraw_served(bool is_for_all)
{
	change_plan(is_for_all ? PLAN_SENT : PLAN_SERVED);
}

void withdraw_decided(int status)
{
	withdrawn.status = status;
	set_plan(PLAN_DECIDED);
}
