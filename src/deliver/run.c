/* run.c - one run of the queue: the sessions and messages of each route */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/run.h"

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
	SESSION_SECONDS = 30, /* in a run on a user's session: no message begins later */
	LINGER_SECONDS = 60,  /* in such a run: limit of the whole session */
};

/* A run over one queue. */
struct run {
	struct spool *spool;
	const struct run_choice *choice;
	struct run_result *result;
	struct run_list list;
	size_t done_on_session; /* messages that were settled */
	size_t sent_on_session;
	int64_t end;       /* no message is begun after this time */
	bool only_settles; /* the route has failed: the rest is settled without being sent */
	/* No message is begun on this session later: its time limit would cut the message off. */
	int64_t session_end;
};

/* A message taken from the list, ready to be sent. `index` is its place in the list. */
struct run_message {
	size_t index;
	struct entry entry;
	struct message message;
	struct attempt attempt;
	bool is_ready;
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

static void run_message_init(struct run_message *taken)
{
	*taken = (struct run_message){ 0 };
	entry_init(&taken->entry);
	message_init(&taken->message);
}

static void run_message_release(struct run_message *taken)
{
	if (taken->is_ready)
		attempt_done(&taken->attempt);
	message_done(&taken->message);
	entry_release(&taken->entry);
	run_message_init(taken);
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

/*
 * Settles a message whose filter failed. It is never sent unfiltered: it waits, or has failed if
 * the filter refuses it.
 */
static void settle_unfiltered(struct run *run, struct entry *entry, const struct settings *settings,
			      const struct err *reason)
{
	report_log(settings, &entry->record.envelope, reason);
	count_settled(run, settle_untried(entry, settings, reason, false), reason);
}

/* Whether the message can be sent now. If not, it is settled, held, or left for a later run. */
static bool is_sendable(struct run *run, struct entry *entry, const struct run_item *item)
{
	const struct account *account = &item->route->account;

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

static bool take_item(struct run *run, struct run_message *taken, const struct run_item *item)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	struct entry *entry = &taken->entry;
	const struct account *account = &item->route->account;
	enum claim claim = claim_take(run->spool, SPOOL_QUEUE, item->id, entry, &err);

	if (err.kind != ERR_NONE)
		report_problem(&err);
	if (claim == CLAIM_FAILED)
		run_result_note(run->result, &err);
	if (claim != CLAIM_GOT)
		return false;
	attempt_adopt(entry, account);
	if (!is_sendable(run, entry, item))
		return false;
	if (!run->only_settles && !filter_entry(entry, account, &taken->message, &err)) {
		settle_unfiltered(run, entry, &account->settings, &err);
		return false;
	}
	attempt_init(&taken->attempt, entry, &taken->message, TOLERATE_REFUSAL);
	taken->is_ready = true;
	return true;
}

/* Takes the next message that no other process has, from *next on. */
static bool take_next(struct run *run, struct run_message *taken, size_t *next, size_t end)
{
	run_message_init(taken);
	while (*next < end && clock_now() < run->end) {
		taken->index = (*next)++;
		if (take_item(run, taken, &run->list.items[taken->index]))
			return true;
		run_message_release(taken);
	}
	return false;
}

/*
 * Messages of several accounts may share a session. Each is logged and bounced by the settings of
 * its own account.
 */
static const struct settings *settings_of(const struct run *run, const struct run_message *taken)
{
	return &run->list.items[taken->index].route->account.settings;
}

/* Settles a message that was not sent, because its route has failed. */
static void settle_unsent(struct run *run, struct run_message *taken,
			  const struct settings *settings, const struct err *reason)
{
	count_settled(run, settle_untried(&taken->entry, settings, reason, true), reason);
	run_message_release(taken);
}

static void settle_rest(struct run *run, size_t next, size_t end, const struct err *reason)
{
	struct run_message taken;

	run->only_settles = true;
	while (take_next(run, &taken, &next, end))
		settle_unsent(run, &taken, settings_of(run, &taken), reason);
	run->only_settles = false;
}

/*
 * Whether the session has reached the relay's limit of messages: some relays then answer MAIL with
 * 452.
 */
static bool is_full_session(const struct run *run, const struct run_message *taken)
{
	return taken->attempt.transaction.mail.code == 452 && run->sent_on_session > 0;
}

/*
 * Whether a limit of the relay has ended the session after it sent a message. The message that met
 * the limit stays as it was, and goes first on the next session.
 */
static bool is_limit(const struct run *run, const struct run_message *taken)
{
	if (!taken->attempt.is_route)
		return is_full_session(run, taken);
	if (taken->attempt.wants_new_session)
		return true;
	return !taken->attempt.transaction.is_in_doubt && run->done_on_session > 0;
}

static void settle_message(struct run *run, struct run_message *taken, const struct err *err)
{
	const struct settings *settings = settings_of(run, taken);

	count_settled(run, settle_attempt(&taken->attempt, settings, err), err);
	report_log(settings, &taken->entry.record.envelope, err);
	run->done_on_session += !taken->attempt.is_route;
	run->sent_on_session += err->kind == ERR_NONE;
}

/*
 * Sends one message; the commands of the next one follow its content. Returns whether it is
 * settled. If the route failed, `reason` gets the error. A message that is sent clears it.
 */
static bool send_one(struct run *run, struct session *session, struct run_message *taken,
		     struct run_message *next, struct err *reason)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (run->choice->shows_progress)
		report_progress(taken->index + 1, run->list.count);
	if (!passage_send(session, &taken->attempt, next->is_ready ? &next->attempt : NULL,
			  !next->is_ready, &err) &&
	    is_limit(run, taken)) {
		settle_put_back(&taken->attempt);
		return false;
	}
	settle_message(run, taken, &err);
	if (taken->attempt.is_route)
		err_copy(reason, &err);
	else if (err.kind == ERR_NONE)
		err_done(reason);
	return true;
}

static bool can_go(const struct session *session, const struct run_message *taken)
{
	if (!taken->is_ready)
		return false;
	return taken->attempt.transaction.is_envelope_sent ? !session_is_over(session)
							   : session_is_usable(session);
}

/*
 * Sends messages from *next on until the session ends. The caller settles the rest. Two places take
 * turns, as a message whose commands were sent must not move in memory.
 */
static void send_on_session(struct run *run, struct session *session, size_t *next, size_t end,
			    struct err *reason)
{
	struct run_message places[2];
	size_t turn = 0;
	bool goes_on = take_next(run, &places[0], next, end);

	run->done_on_session = run->sent_on_session = 0;
	run_message_init(&places[1]);
	while (goes_on) {
		struct run_message *current = &places[turn];
		struct run_message *following = &places[1 - turn];
		run_message_init(following);
		if (clock_now() < run->session_end)
			take_next(run, following, next, end);
		bool is_settled = send_one(run, session, current, following, reason);
		goes_on = is_settled && can_go(session, following);
		if (!is_settled)
			*next = current->index;
		else if (!goes_on && following->is_ready)
			*next = following->index;
		run_message_release(current);
		turn = 1 - turn;
	}
	run_message_release(&places[turn]);
}

/* The result for one route. */
struct route_result {
	struct err reason; /* why the other messages can't be sent now; ERR_NONE: all were sent */
	bool is_open;      /* the last session was opened */
	bool is_noted;     /* the failure is noted in a hint */
};

/*
 * Opens sessions for one route as long as each of them settles a message. Returns the place of the
 * first message that is not settled.
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
		run->session_end = clock_after(settings->session_timeout / 2);
		send_on_session(run, &session, &next, end, &result->reason);
		sync_removals(run);
		session_close(&session);
	}
	return next;
}

/*
 * Notes that the route has failed, so that other messages do not try it now or soon. A demand of
 * the relay in an open session (530) may concern some recipients only: it does not close the route
 * to others.
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
	const struct route *route = run->list.items[first].route;
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
		settle_rest(run, next, end, &result.reason);
	}
	err_done(&result.reason);
}

/*
 * Wipes the secrets of the messages from `first` to `end`: no session is opened for them any more.
 */
static void forget_secrets(struct run *run, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		secret_forget(&run->list.items[i].route->account.settings);
}

static void run_begin(struct run *run)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!run_list_init(&run->list, run->spool, run->choice, &err))
		report_problem(&err);
	if (err.kind != ERR_NONE)
		run_result_note(run->result, &err);
	run->result->waiting += run->list.others;
}

static void run_end(struct run *run)
{
	sync_removals(run);
	run_list_done(&run->list);
}

void run_through(struct spool *spool, const struct run_choice *choice, struct run_result *result)
{
	struct run run = { spool, choice, result, .end = CLOCK_NEVER };
	size_t end;

	run_begin(&run);
	for (size_t first = 0; first < run.list.count; first = end) {
		end = run_list_end(&run.list, first);
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
	run.session_end = run.end;
	run_begin(&run);
	forget_secrets(&run, 0, run.list.count);
	size_t first = run_list_find(&run.list, key);
	send_on_session(&run, session, &first, run_list_end(&run.list, first), &reason);
	run_result_done(&result);
	run_end(&run);
}
