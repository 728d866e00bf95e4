/* users.c - running a function as every user of the system */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/users.h"

#include "app/become.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/home.h"
#include "base/i18n.h"
#include "deliver/report.h"
#include "queue/places.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * A child occupies a place for SHARE_SECONDS. After that it runs on, and its place is free for the
 * next user, so that slow users don't keep the others waiting.
 */
enum {
	PLACES = 16,
	CHILDREN_MAX = 200,
	SHARE_SECONDS = 20,
	HOME_SECONDS = 60,
	WORK_SECONDS = 30 * 60,
	KILL_SECONDS = 10,       /* for a process that hangs in the kernel */
	LINE_MAX_SHOWN = 1000,   /* longer lines are broken */
	WORDS_MAX = 64 * 1024,   /* limit of a user's output */
	LINE_COST = 128,         /* added for each line: limits their number, too */
	DRAIN_MAX = 1024 * 1024, /* more than a pipe holds */
	PIECE = 16 * 1024,
};

struct child {
	pid_t pid;
	int words; /* pipe from its stdout and stderr */
	const struct user *user;
	int64_t share;    /* end of the time in which the child occupies a place */
	int64_t deadline; /* time to kill the child, or to abandon a killed one */
	bool has_home;    /* its home folder could be read, or is known to be missing */
	bool is_killed;
	struct str line; /* an incomplete line */
	struct str last; /* the last line over the limit */
	size_t said;
};

struct crowd {
	const struct userlist *list;
	int (*work)(const void *arg);
	const void *arg;
	size_t next; /* index of the next user */
	struct child children[CHILDREN_MAX];
	size_t count;
	bool is_short; /* no process or descriptor is free until a child ends */
	sigset_t mask; /* signal mask while waiting */
	int status;
	size_t left_out;
	struct err trouble; /* the error of the first user that was left out */
};

/* In the child */

/* Whether the system has a queue for a user without a home. */
static bool has_queue(void)
{
	CLEANUP(places_done) struct places places = { 0 };
	bool has_one = false;

	places_add_usual(&places);
	for (size_t i = 0; i < places.count; i++)
		has_one |= access(places.paths[i], F_OK) == 0;
	return has_one;
}

/*
 * Runs the work in the child. The NUL byte reports that the home folder answered, before any
 * command of the user can run. A user with a home may have a config that names a queue elsewhere.
 */
static _Noreturn void work_as(const struct crowd *crowd, const struct user *user, int words,
			      pid_t parent)
{
	int status = EX_OK;

	if (!become_user(user, words, parent)) {
		fprintf(stderr, _("cannot become this user: %s\n"), strerror(errno));
		_exit(EX_OSERR);
	}
	bool has_home = home_is_own(user->home);
	if (fs_write_all(STDOUT_FILENO, "", 1) && (has_home || has_queue()))
		status = crowd->work(crowd->arg);
	fflush(NULL);
	_exit(status);
}

/* Output of the children */

static void say(struct child *child, const struct str *line)
{
	report_words_of(child->user->name, line->bytes, line->len);
}

/* Prints a line. Over the limit only the last line is kept, which may be the summary. */
static void end_line(struct child *child)
{
	bool had_room = child->said < WORDS_MAX;

	if (child->line.len == 0)
		return;
	child->said += child->line.len + LINE_COST;
	if (had_room && child->said < WORDS_MAX)
		say(child, &child->line);
	else if (had_room)
		report_words_of(child->user->name, "...", 3);
	str_clear(&child->last);
	if (child->said >= WORDS_MAX)
		str_add_n(&child->last, child->line.bytes, child->line.len);
	str_clear(&child->line);
}

/*
 * Notes that the home answered. Only the first NUL byte comes from us; later ones are the user's.
 */
static void note_home(struct child *child)
{
	if (!child->has_home)
		child->deadline = clock_after(WORK_SECONDS);
	child->has_home = true;
}

static void take_words(struct child *child, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] == '\0')
			note_home(child);
		else if (bytes[i] != '\n')
			str_add_char(&child->line, bytes[i]);
		if (bytes[i] == '\n' || child->line.len >= LINE_MAX_SHOWN)
			end_line(child);
	}
}

/* Reads from the pipe without waiting. Returns false at its end, or if it is empty. */
static bool read_words(struct child *child)
{
	char piece[PIECE];
	ssize_t got = read(child->words, piece, sizeof piece);

	if (got > 0)
		take_words(child, piece, (size_t)got);
	if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN))
		fs_close_at(&child->words);
	return got > 0;
}

/* Reads the rest of the pipe, up to a limit: another process may hold the pipe and keep writing. */
static void drain(struct child *child)
{
	for (int i = 0; i < DRAIN_MAX / PIECE && child->words >= 0 && read_words(child); i++)
		;
	end_line(child);
	if (child->last.len > 0)
		say(child, &child->last);
}

static void complain(const struct child *child, const char *what)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	err_set(&err, ERR_SYSTEM, "%s: %s", child->user->name, what);
	report_problem(&err);
}

/* Starting children */

static void child_init(struct child *child, const struct user *user)
{
	*child = (struct child){ .words = -1,
				 .user = user,
				 .share = clock_after(SHARE_SECONDS),
				 .deadline = clock_after(HOME_SECONDS) };
	str_init(&child->line, 0);
	str_init(&child->last, 0);
}

static bool begin_child(struct crowd *crowd, struct child *child, struct err *err)
{
	pid_t parent = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, ERR_SYSTEM, errno, _("cannot create a pipe"));
	fflush(NULL);
	child->pid = fork();
	if (child->pid == 0)
		work_as(crowd, child->user, ends[1], parent);
	int number = errno;
	close(ends[1]);
	child->words = ends[0];
	if (child->pid > 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
		return true;
	fs_close_at(&child->words);
	return err_sys(err, ERR_SYSTEM, number, _("cannot start a process"));
}

/*
 * Starts the child of the next user. If that fails while no child is running, waiting can't help,
 * and the user is left out.
 */
static void begin_next(struct crowd *crowd)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct child *child = &crowd->children[crowd->count];

	child_init(child, &crowd->list->users[crowd->next]);
	if (begin_child(crowd, child, &err)) {
		crowd->count++;
		crowd->next++;
		return;
	}
	crowd->is_short = crowd->count > 0;
	if (crowd->is_short)
		return;
	crowd->next++;
	if (crowd->left_out++ == 0)
		err_copy(&crowd->trouble, &err);
}

static bool has_place(const struct crowd *crowd)
{
	size_t taken = 0;
	int64_t now = clock_now();

	for (size_t i = 0; i < crowd->count; i++)
		taken += crowd->children[i].share > now;
	return taken < PLACES && crowd->count < CHILDREN_MAX && !crowd->is_short;
}

/* The end of children */

static void forget(struct crowd *crowd, size_t index)
{
	struct child *child = &crowd->children[index];

	drain(child);
	fs_close_at(&child->words);
	str_done(&child->line);
	str_done(&child->last);
	*child = crowd->children[--crowd->count];
	crowd->is_short = false;
}

static void note_end(struct crowd *crowd, size_t index, int status)
{
	const struct child *child = &crowd->children[index];
	CLEANUP(mem_free_at) char *what = NULL;

	if (WIFSIGNALED(status) && !child->is_killed) {
		what = str_format(_("the run was ended by signal %d"), WTERMSIG(status));
		complain(child, what);
	}
	if (!WIFEXITED(status))
		crowd->status = EX_TEMPFAIL;
	else if (WEXITSTATUS(status) != EX_OK)
		crowd->status = WEXITSTATUS(status);
	if (WIFEXITED(status) && WEXITSTATUS(status) != EX_OK && child->said == 0) {
		what = str_format(_("the run ended with status %d"), WEXITSTATUS(status));
		complain(child, what);
	}
	forget(crowd, index);
}

/* Forgets children whose exit status the system no longer has. */
static void note_lost(struct crowd *crowd)
{
	if (crowd->count > 0)
		crowd->status = EX_TEMPFAIL;
	while (crowd->count > 0) {
		complain(&crowd->children[crowd->count - 1],
			 _("the exit status of the run is not known"));
		forget(crowd, crowd->count - 1);
	}
}

static size_t find_child(const struct crowd *crowd, pid_t pid)
{
	size_t i = 0;

	while (i < crowd->count && crowd->children[i].pid != pid)
		i++;
	return i;
}

/* Reaps all children. Process 1 gets orphans of other processes, too. */
static void reap(struct crowd *crowd)
{
	pid_t pid;
	int status;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0 || (pid < 0 && errno == EINTR)) {
		size_t index = pid > 0 ? find_child(crowd, pid) : crowd->count;
		if (index < crowd->count)
			note_end(crowd, index, status);
	}
	if (pid < 0 && errno == ECHILD)
		note_lost(crowd);
}

/*
 * Kills the child with its process group. Returns false if the child runs on: a service without
 * CAP_KILL may not kill it.
 */
static bool end_child(struct child *child)
{
	complain(child, child->has_home ? _("the run did not end in time, and is ended")
					: _("the home folder does not answer"));
	kill(-child->pid, SIGKILL);
	child->is_killed = true;
	child->deadline = clock_after(KILL_SECONDS);
	return kill(child->pid, SIGKILL) == 0;
}

static void end_late(struct crowd *crowd)
{
	for (size_t i = crowd->count; i-- > 0;) {
		struct child *child = &crowd->children[i];
		if (clock_left(child->deadline) > 0)
			continue;
		crowd->status = EX_TEMPFAIL;
		if (child->is_killed || !end_child(child))
			forget(crowd, i);
	}
}

/* Waiting */

/* The next deadline, at which something must be done even if no event comes. */
static int64_t next_instant(const struct crowd *crowd)
{
	int64_t now = clock_now();
	int64_t next = CLOCK_NEVER;

	for (size_t i = 0; i < crowd->count; i++) {
		const struct child *child = &crowd->children[i];
		next = clock_earlier(next, child->deadline);
		if (crowd->next < crowd->list->count && child->share > now)
			next = clock_earlier(next, child->share);
	}
	return next;
}

static void await_and_read(struct crowd *crowd)
{
	struct pollfd waits[CHILDREN_MAX];
	int left = clock_left(next_instant(crowd));
	const struct timespec limit = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L };

	for (size_t i = 0; i < crowd->count; i++)
		waits[i] = (struct pollfd){ .fd = crowd->children[i].words, .events = POLLIN };
	if (ppoll(waits, crowd->count, left < 0 ? NULL : &limit, &crowd->mask) <= 0)
		return;
	for (size_t i = 0; i < crowd->count; i++)
		if (waits[i].revents)
			(void)read_words(&crowd->children[i]);
}

static void wake(int number)
{
	(void)number;
}

/* Blocks SIGCHLD except while waiting. */
static void catch_ends(struct crowd *crowd)
{
	const struct sigaction action = { .sa_handler = wake, .sa_flags = SA_NOCLDSTOP };
	sigset_t blocked;

	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigprocmask(SIG_BLOCK, &blocked, &crowd->mask);
	sigaction(SIGCHLD, &action, NULL);
}

static void release_ends(struct crowd *crowd)
{
	signal(SIGCHLD, SIG_DFL);
	sigprocmask(SIG_SETMASK, &crowd->mask, NULL);
}

static void go_through(struct crowd *crowd)
{
	catch_ends(crowd);
	while (crowd->next < crowd->list->count || crowd->count > 0) {
		while (crowd->next < crowd->list->count && has_place(crowd))
			begin_next(crowd);
		if (crowd->count > 0)
			await_and_read(crowd);
		reap(crowd);
		end_late(crowd);
	}
	release_ends(crowd);
}

static void report_left_out(struct crowd *crowd)
{
	if (crowd->left_out == 0)
		return;
	err_wrap(&crowd->trouble,
		 P_("%zu user was left out", "%zu users were left out", crowd->left_out),
		 crowd->left_out);
	crowd->status = report_error(&crowd->trouble);
}

bool users_do_each(int (*work)(const void *arg), const void *arg, int *status, struct err *err)
{
	CLEANUP(userlist_done) struct userlist list = { 0 };
	CLEANUP(err_done) struct err trouble = ERR_INIT;
	struct crowd crowd = { .list = &list, .work = work, .arg = arg, .status = EX_OK };

	if (geteuid() != 0)
		return err_set(err, ERR_USAGE, _("--all-users: only root can do that"));
	bool is_whole = userlist_read(&list, &trouble);
	go_through(&crowd);
	report_left_out(&crowd);
	err_done(&crowd.trouble);
	*status = is_whole ? crowd.status : report_error(&trouble);
	return true;
}
