/* runqueue.c - sending what waits in the queue */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/runqueue.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "conf/secret.h"
#include "deliver/attempt.h"
#include "deliver/passage.h"
#include "deliver/reach.h"
#include "deliver/report.h"
#include "deliver/settle.h"
#include "prepare/filter.h"
#include "queue/claim.h"
#include "queue/hint.h"
#include "queue/runlock.h"
#include "queue/schedule.h"

#include <string.h>

enum {
	SESSION_SECONDS = 30, /* a run behind somebody's message begins nothing after that */
	LINGER_SECONDS = 60,  /* and is over then */
};

/* A run over one spool. */
struct run {
	struct spool *spool;
	const struct run_choice *choice;
	struct run_result *result;
	struct due due;
	size_t done_on_session; /* messages that were settled */
	size_t sent_on_session;
	int64_t end;       /* no message is begun after it */
	bool is_giving_up; /* the route has failed, and nothing more is sent on it */
	int64_t until; /* nor on this session after that, so that its own time does not cut one off
			*/
};

/* A message taken from the list, ready to be sent; `index` is its place there. */
struct load {
	size_t index;
	struct entry entry;
	struct message message;
	struct attempt attempt;
	bool is_loaded;
};

void run_result_done(struct run_result *result)
{
	err_done(&result->first);
	err_done(&result->obstacle);
}

void run_result_note(struct run_result *result, const struct err *obstacle)
{
	if (result->obstacle.kind == ERR_NONE)
		err_copy(&result->obstacle, obstacle);
}

static void load_init(struct load *load)
{
	*load = (struct load){ 0 };
	entry_init(&load->entry);
	message_init(&load->message);
}

static void unload(struct load *load)
{
	if (load->is_loaded)
		attempt_done(&load->attempt);
	message_done(&load->message);
	entry_release(&load->entry);
	load_init(load);
}

static void sync_removals(struct run *run)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!spool_sync(run->spool, &err))
		report_problem(&err);
}

static void count_settled(struct run *run, enum settled settled, const struct err *reason)
{
	switch (settled) {
	case SETTLED_SENT:
		run->result->sent++;
		break;
	case SETTLED_WAITS:
		run->result->waiting++;
		break;
	case SETTLED_HELD:
	case SETTLED_FAILED:
		run->result->failed++;
		break;
	}
	if (reason->kind != ERR_NONE && run->result->first.kind == ERR_NONE)
		err_copy(&run->result->first, reason);
}

/* A message is not sent past its filter: it waits, or has failed where the filter refuses it. */
static void settle_unfiltered(struct run *run, struct entry *entry, const struct settings *settings,
			      const struct err *reason)
{
	report_log(settings, &entry->record.envelope, reason);
	count_settled(run, settle_untried(entry, settings, reason, false), reason);
}

/* Whether there is anything to do but to put it where it belongs. */
static bool is_sendable(struct run *run, struct entry *entry, const struct candidate *candidate)
{
	const struct account *account = &candidate->route->account;

	if (!settle_may_send_notice(entry, account)) {
		run->result->waiting++;
		return false;
	}
	if (envelope_count_open(&entry->record.envelope) == 0) {
		const struct err none = ERR_INIT;
		count_settled(run, settle_left_over(entry, &account->settings), &none);
		return false;
	}
	if (schedule_is_hopeless(&entry->record.progress)) {
		settle_hold(entry);
		run->result->failed++;
		return false;
	}
	settle_tell(entry, &account->settings);
	return true;
}

static bool load_candidate(struct run *run, struct load *load, const struct candidate *candidate)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct entry *entry = &load->entry;
	const struct account *account = &candidate->route->account;
	enum claim claim = claim_take(run->spool, SPOOL_QUEUE, candidate->id, entry, &err);

	if (err.kind != ERR_NONE)
		report_problem(&err);
	if (claim == CLAIM_FAILED)
		run_result_note(run->result, &err);
	if (claim != CLAIM_GOT)
		return false;
	attempt_adopt(entry, account);
	if (!is_sendable(run, entry, candidate))
		return false;
	if (!run->is_giving_up && !filter_entry(entry, account, &load->message, &err)) {
		settle_unfiltered(run, entry, &account->settings, &err);
		return false;
	}
	attempt_init(&load->attempt, entry, &load->message, TOLERATE_REFUSAL);
	load->is_loaded = true;
	return true;
}

/* Takes the next message that nobody else has, from *next on. */
static bool load_next(struct run *run, struct load *load, size_t *next, size_t end)
{
	load_init(load);
	while (*next < end && clock_now() < run->end) {
		load->index = (*next)++;
		if (load_candidate(run, load, &run->due.items[load->index]))
			return true;
		unload(load);
	}
	return false;
}

/* Messages of several accounts may share a session; who is told, and where, is each account's own.
 */
static const struct settings *settings_of(const struct run *run, const struct load *load)
{
	return &run->due.items[load->index].route->account.settings;
}

/* After trouble with the route, for each message that would have gone there. */
static void settle_unsent(struct run *run, struct load *load, const struct settings *settings,
			  const struct err *reason)
{
	count_settled(run, settle_untried(&load->entry, settings, reason, true), reason);
	unload(load);
}

static void give_up_route(struct run *run, size_t next, size_t end, const struct err *reason)
{
	struct load load;

	run->is_giving_up = true;
	while (load_next(run, &load, &next, end))
		settle_unsent(run, &load, settings_of(run, &load), reason);
	run->is_giving_up = false;
}

/* Some relays take so many messages in a session, and from then on answer MAIL with 452. */
static bool is_full_session(const struct run *run, const struct load *load)
{
	return load->attempt.transaction.mail.code == 452 && run->sent_on_session > 0;
}

/*
 * A session that has done something and then ends has come to a limit of the relay's: the message
 * that met it is as it was, and goes first on the next session.
 */
static bool is_limit(const struct run *run, const struct load *load)
{
	if (!load->attempt.is_route)
		return is_full_session(run, load);
	if (load->attempt.wants_new_session)
		return true;
	return !load->attempt.transaction.is_in_doubt && run->done_on_session > 0;
}

static void settle_load(struct run *run, struct load *load, const struct err *err)
{
	const struct settings *settings = settings_of(run, load);

	count_settled(run, settle_attempt(&load->attempt, settings, err), err);
	report_log(settings, &load->entry.record.envelope, err);
	run->done_on_session += !load->attempt.is_route;
	run->sent_on_session += err->kind == ERR_NONE;
}

/*
 * Sends one message, with the next one's commands behind its content. Returns whether it is
 * settled; where the route failed, `reason` says why, until a message gets through after all.
 */
static bool send_load(struct run *run, struct session *session, struct load *load,
		      struct load *next, struct err *reason)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (run->choice->shows_progress)
		report_progress(load->index + 1, run->due.count);
	if (!passage_send(session, &load->attempt, next->is_loaded ? &next->attempt : NULL,
			  !next->is_loaded, &err) &&
	    is_limit(run, load)) {
		settle_put_back(&load->attempt);
		return false;
	}
	settle_load(run, load, &err);
	if (load->attempt.is_route)
		err_copy(reason, &err);
	else if (err.kind == ERR_NONE)
		err_done(reason);
	return true;
}

static bool can_go(const struct session *session, const struct load *load)
{
	if (!load->is_loaded)
		return false;
	return load->attempt.transaction.is_envelope_sent ? !session_is_over(session)
						      : session_is_usable(session);
}

/*
 * Sends from *next on until the session ends; the rest is the caller's. Two places take turns, as a
 * message that has been announced must stay where it is.
 */
static void send_on_session(struct run *run, struct session *session, size_t *next, size_t end,
			    struct err *reason)
{
	struct load loads[2];
	size_t turn = 0;
	bool goes_on = load_next(run, &loads[0], next, end);

	run->done_on_session = run->sent_on_session = 0;
	load_init(&loads[1]);
	while (goes_on) {
		struct load *current = &loads[turn];
		struct load *following = &loads[1 - turn];
		load_init(following);
		if (clock_now() < run->until)
			load_next(run, following, next, end);
		bool is_settled = send_load(run, session, current, following, reason);
		goes_on = is_settled && can_go(session, following);
		if (!is_settled)
			*next = current->index;
		else if (!goes_on && following->is_loaded)
			*next = following->index;
		unload(current);
		turn = 1 - turn;
	}
	unload(&loads[turn]);
}

/* What a run learns of one route. */
struct route_result {
	struct err reason; /* why the rest of its messages can't go now; ERR_NONE: all went */
	bool is_open;      /* the last session was opened */
	bool is_noted;     /* the failure is in a hint already */
};

/*
 * Opens sessions for one route as long as each of them gets something done. Returns the place of
 * the first message that is not settled.
 */
static size_t run_sessions(struct run *run, const struct route *route, size_t next, size_t end,
			   struct route_result *result)
{
	const struct settings *settings = &route->account.settings;

	while (next < end && result->reason.kind == ERR_NONE && clock_now() < run->end) {
		struct session session;
		result->is_open =
			reach_open(&session, run->spool, settings, LOGIN_ALONE, &result->reason);
		result->is_noted = !result->is_open;
		if (!result->is_open)
			break;
		run->until = clock_after(settings->session_timeout / 2);
		send_on_session(run, &session, &next, end, &result->reason);
		sync_removals(run);
		session_close(&session);
	}
	return next;
}

/*
 * Other messages need not try it, now or in a while. In an open session a demand of the relay's
 * (530) may be for some recipients only: it does not close the route to others.
 */
static void close_route(struct run *run, const char *key, struct closed_routes *closed,
			const struct route_result *result)
{
	bool needs_operator = err_needs_operator(result->reason.kind);

	if (result->is_open && needs_operator)
		return;
	if (!result->is_noted)
		hint_note_failure(run->spool, key, &result->reason, needs_operator);
	if (closed)
		closed_routes_add(closed, key, &result->reason);
}

static void run_route(struct run *run, size_t first, size_t end)
{
	const struct route *route = run->due.items[first].route;
	struct closed_routes *closed = run->choice->closed;
	struct route_result result = { .reason = ERR_INIT };

	if (route->problem.kind != ERR_NONE)
		err_copy(&result.reason, &route->problem);
	else if (closed && closed_routes_has(closed, route->key, &result.reason))
		closed = NULL;
	size_t next = run_sessions(run, route, first, end, &result);
	if (result.reason.kind != ERR_NONE) {
		report_log_route(&route->account.settings, &result.reason);
		close_route(run, route->key, closed, &result);
		give_up_route(run, next, end, &result.reason);
	}
	err_done(&result.reason);
}

/* No session is opened any more for the messages from `first` to `end`. */
static void forget_secrets(struct run *run, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		secret_forget(&run->due.items[i].route->account.settings);
}

static void run_begin(struct run *run)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!due_init(&run->due, run->spool, run->choice, &err))
		report_problem(&err);
	if (err.kind != ERR_NONE)
		run_result_note(run->result, &err);
	run->result->waiting += run->due.others;
}

static void run_end(struct run *run)
{
	sync_removals(run);
	due_done(&run->due);
}

void run_through(struct spool *spool, const struct run_choice *choice, struct run_result *result)
{
	struct run run = { spool, choice, result, .end = CLOCK_NEVER };
	size_t end;

	run_begin(&run);
	for (size_t first = 0; first < run.due.count; first = end) {
		end = due_end(&run.due, first);
		run_route(&run, first, end);
		forget_secrets(&run, first, end);
	}
	run_end(&run);
}

void run_on_session(struct spool *spool, struct session *session)
{
	const struct run_choice choice = { .follows_success = true };
	struct run_result result = { 0 };
	struct run run = { spool, &choice, &result, .end = clock_after(SESSION_SECONDS) };
	CLEANUP(mem_free_at) char *key = route_key(session->settings);
	CLEANUP(err_done) struct err reason = ERR_INIT;
	CLEANUP(fs_close_at) int lock = -1;
	int64_t *end = &session->client.stream.end;

	if (!runlock_take(spool, &lock, &reason))
		log_debug("%s", reason.text);
	if (lock < 0)
		return;
	*end = clock_earlier(*end, clock_after(LINGER_SECONDS));
	run.until = run.end;
	run_begin(&run);
	forget_secrets(&run, 0, run.due.count);
	size_t first = due_find(&run.due, key);
	send_on_session(&run, session, &first, due_end(&run.due, first), &reason);
	run_result_done(&result);
	run_end(&run);
}
