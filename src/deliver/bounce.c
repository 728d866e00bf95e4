/* bounce.c - failed recipients: the command on_failure, and the notice to the sender */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "deliver/bounce.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/machine.h"
#include "base/proc.h"
#include "deliver/report.h"
#include "mail/dsn_policy.h"
#include "prepare/messageid.h"
#include "queue/enqueue.h"
#include "queue/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
	COMMAND_OUTPUT_MAX = 65536,
	HEADER_SHOWN_MAX = 64 * 1024,
	NOTICE_DAYS = 1,
	DAY = 24 * 60 * 60,
};

/* The recipient of a notice, and the domain of its author. */
struct parties {
	const char *to;
	const char *domain;
};

/* The recipients that have failed. */
struct failed {
	const struct recipient *const *recipients;
	size_t count;
};

static void set_environment(const struct entry *entry, const struct failed *failed)
{
	CLEANUP(str_done) struct str addresses = STR_INIT;
	const char *reason = failed->recipients[0]->err.text;

	for (size_t i = 0; i < failed->count; i++)
		str_addf(&addresses, "%s%s", i ? " " : "", failed->recipients[i]->address);
	proc_set_variable("MAILCHUTE_ID", entry->record.id);
	proc_set_variable("MAILCHUTE_SENDER", entry->record.envelope.sender);
	proc_set_variable("MAILCHUTE_RECIPIENTS", addresses.bytes);
	proc_set_variable("MAILCHUTE_REASON", reason ? reason : "");
}

static void run_command(const char *command, const struct entry *entry, const struct failed *failed)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str output = STR_MAX(COMMAND_OUTPUT_MAX);
	int status = 0;

	set_environment(entry, failed);
	if (!proc_run_shell(command, proc_deadline(), &output, &status, &err)) {
		err_wrap(&err, "on_failure");
		report_problem(&err);
	} else if (status != 0) {
		proc_has_failed(status, &err);
		err_wrap(&err, "on_failure");
		report_problem(&err);
	}
}

/* Drops the recipients for which on_failure was started before. */
static size_t drop_commanded(const struct recipient **chosen, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++)
		if (chosen[i]->status == STATUS_REFUSED)
			chosen[kept++] = chosen[i];
	return kept;
}

/*
 * Marks the recipients for which on_failure is started. A mark that may not survive a power cut is
 * taken back, so that the next attempt runs the command.
 */
static bool mark_commanded(struct entry *entry, struct err *err)
{
	CLEANUP(err_done) struct err worse = ERR_INIT;
	CLEANUP(str_done) struct str before = STR_INIT;
	struct envelope *envelope = &entry->record.envelope;

	entry_add_status(entry, &before);
	for (size_t i = 0; i < envelope->count; i++)
		if (envelope->recipients[i].status == STATUS_REFUSED)
			envelope->recipients[i].status = STATUS_COMMAND;
	if (entry_write_status(entry, true, err))
		return true;
	for (size_t i = 0; i < envelope->count; i++)
		envelope->recipients[i].status = (enum recipient_status)before.bytes[i];
	if (!entry_write_status(entry, false, &worse))
		report_problem(&worse);
	return false;
}

/*
 * Runs on_failure at most once: it may do anything, so that after a crash it is left out rather
 * than run twice.
 */
static bool run_once(const char *command, struct entry *entry, struct err *err)
{
	const struct envelope *envelope = &entry->record.envelope;
	CLEANUP(mem_free_at)
	const struct recipient **chosen = mem_zeroed(envelope->count, sizeof *chosen);
	size_t count = drop_commanded(chosen, dsn_policy_select(envelope, DSN_FAILED, chosen));
	const struct failed failed = { chosen, count };

	if (count == 0)
		return true;
	if (!mark_commanded(entry, err))
		return false;
	run_command(command, entry, &failed);
	return true;
}

/* Reads the header of the message that failed; a very long header is cut at the end of a line. */
static bool read_header(const struct entry *entry, struct str *bytes, struct err *err)
{
	struct record_part part = entry->record.header;
	size_t len = part.len < HEADER_SHOWN_MAX ? (size_t)part.len : HEADER_SHOWN_MAX;
	char *room = str_reserve(bytes, len);

	if (!room || !fs_pread_all(entry->fd, room, len, (off_t)part.at))
		return err_sys(err, ERR_IO, errno, _("cannot read the kept message"));
	str_grew(bytes, len);
	const char *last = memrchr(bytes->bytes, '\n', bytes->len);
	str_cut(bytes, last ? (size_t)(last - bytes->bytes) + 1 : 0);
	return true;
}

static void copy_way(struct record *to, const struct record *from)
{
	to->config_file = from->config_file ? mem_copy(from->config_file) : NULL;
	to->account = from->account ? mem_copy(from->account) : NULL;
	for (size_t i = 0; i < from->option_count; i++)
		record_add_option(to, mem_copy(from->options[2 * i]),
				  mem_copy(from->options[2 * i + 1]));
}

static bool take_text(struct message *message, const struct str *text, struct err *err)
{
	message_begin(message);
	return message_take(message, text->bytes, text->len, err) && message_end(message, err) &&
	       message_complete(message, &message->given, err);
}

/*
 * Fills in the record of a notice. A notice has the null sender, uses the route of the message that
 * it is about, and expires sooner.
 */
static void fill_record(struct record *record, const struct record *about, const char *to,
			const struct message *message)
{
	struct envelope *envelope = &record->envelope;

	record->created = time(NULL);
	record->expires = record->created + NOTICE_DAYS * DAY;
	record->uid = geteuid();
	envelope->sender = mem_copy("");
	envelope->size = message_size(message);
	record->header_facts = message->header_facts;
	record->body_facts = message->body_facts;
	envelope_add(envelope, mem_copy(to));
	record->about = mem_copy(about->id);
	copy_way(record, about);
}

/*
 * Queues a notice. Its id is derived from the id of the message and the number of recipients that
 * notices have named before.
 */
static bool queue_notice(const struct entry *about, const char *to, const struct str *text,
			 struct entry *notice, struct err *err)
{
	CLEANUP(message_done) struct message message;
	char id[RECORD_ID_LEN + 1];
	size_t told = envelope_count_status(&about->record.envelope, STATUS_FAILED);
	bool is_made;

	message_init(&message);
	record_derive_id(about->record.id, (uint32_t)told, id);
	if (!spool_find(about->spool, id, &is_made, err) || is_made)
		return is_made;
	if (!enqueue_begin(about->spool, notice, err))
		return false;
	memcpy(notice->record.id, id, sizeof id);
	message_use(&message, notice->fd);
	if (!take_text(&message, text, err))
		return false;
	fill_record(&notice->record, &about->record, to, &message);
	return enqueue_commit(notice, &message, err);
}

/* Writes the notice. The domain of its author has a dot, as strict relays refuse others. */
static void write_notice(const struct record *record, const struct header *header,
			 const struct parties *parties, const struct failed *failed,
			 struct str *text)
{
	CLEANUP(mem_free_at) char *from = str_format("MAILER-DAEMON@%s", parties->domain);
	CLEANUP(mem_free_at)
	char *message_id = str_format("<%s.notice@%s>", record->id, parties->domain);
	const struct dsn notice = {
		.kind = DSN_FAILED,
		.to = parties->to,
		.from = from,
		.host = machine_name(),
		.id = record->id,
		.message_id = message_id,
		.now = time(NULL),
		.created = record->created,
		.last_attempt = time(NULL),
		.envid = record->envelope.envid,
		.recipients = failed->recipients,
		.count = failed->count,
		.is_unsendable = record->is_unsendable,
		.original = header,
	};

	dsn_add(&notice, text);
}

static bool send_notice(const struct entry *entry, const struct parties *parties,
			const struct failed *failed, struct entry *notice, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(header_done) struct header header = { 0 };

	if (!read_header(entry, &bytes, err))
		return false;
	header_index(&header, bytes.bytes, bytes.len);
	if (!dsn_policy_may_send(entry->record.envelope.sender, &header, true))
		return true;
	write_notice(&entry->record, &header, parties, failed, &text);
	return queue_notice(entry, parties->to, &text, notice, err);
}

bool bounce_failure(struct entry *entry, const struct settings *settings, struct entry *notice,
		    struct err *err)
{
	const struct envelope *envelope = &entry->record.envelope;
	const char *own = entry->record.bounce ? entry->record.bounce : envelope->sender;
	const char *to = settings->bounce_to ? settings->bounce_to : own;
	CLEANUP(mem_free_at) char *domain = messageid_domain("", settings->from, settings);
	const struct parties parties = { to, domain };
	CLEANUP(mem_free_at)
	const struct recipient **chosen = mem_zeroed(envelope->count, sizeof *chosen);
	const struct failed failed = { chosen, dsn_policy_select(envelope, DSN_FAILED, chosen) };

	if (settings->on_failure && !run_once(settings->on_failure, entry, err))
		return false;
	return failed.count == 0 || !strchr(to, '@') ||
	       send_notice(entry, &parties, &failed, notice, err);
}
