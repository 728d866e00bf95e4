/* tell.c - telling somebody what became of a message: command, notification, log */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tell.h"

#include "app/report.h"
#include "base/clock.h"
#include "base/crc.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/machine.h"
#include "base/proc.h"
#include "mail/notice.h"
#include "queue/spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

enum {
	COMMAND_SECONDS = 60,
	COMMAND_OUTPUT_MAX = 65536,
	HEADER_SHOWN_MAX = 64 * 1024,
	NOTICE_DAYS = 1,
	DAY = 24 * 60 * 60,
};

static void set_environment(const struct entry *entry, const struct recipient *const *failed,
			    size_t count)
{
	CLEANUP(str_done) struct str addresses = STR_INIT;

	for (size_t i = 0; i < count; i++)
		str_addf(&addresses, "%s%s", i ? " " : "", failed[i]->address);
	setenv("MAILCHUTE_ID", entry->record.id, 1);
	setenv("MAILCHUTE_SENDER", entry->record.envelope.sender, 1);
	setenv("MAILCHUTE_RECIPIENTS", addresses.bytes, 1);
	setenv("MAILCHUTE_REASON", count && failed[0]->err.text ? failed[0]->err.text : "", 1);
}

static void run_command(const char *command, const struct entry *entry,
			const struct recipient *const *failed, size_t count)
{
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str output = STR_MAX(COMMAND_OUTPUT_MAX);
	int status = 0;

	set_environment(entry, failed, count);
	if (!proc_run_shell(command, clock_after(COMMAND_SECONDS), &output, &status, &err)) {
		err_wrap(&err, "on_failure");
		report_problem(&err);
	} else if (status != 0) {
		proc_has_failed(status, &err);
		err_wrap(&err, "on_failure");
		report_problem(&err);
	}
}

/* The header of the message that failed; a very long one is cut at a line's end. */
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

static uint32_t count_told(const struct envelope *envelope)
{
	uint32_t told = 0;

	for (size_t i = 0; i < envelope->count; i++)
		told += envelope->recipients[i].status == STATUS_FAILED;
	return told;
}

/*
 * The notice's own id follows from the message's and from how many have been told about, so that
 * none is made twice.
 */
static void derive_id(const struct record *record, char derived[RECORD_ID_LEN + 1])
{
	static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t crc = crc32c(count_told(&record->envelope), record->id, RECORD_ID_LEN);

	memcpy(derived, record->id, RECORD_ID_LEN + 1);
	for (size_t i = RECORD_ID_LEN - 8; i < RECORD_ID_LEN; i++, crc = crc >> 4 | crc << 28)
		derived[i] = base32[crc & 15];
}

static void copy_way(struct record *to, const struct record *from)
{
	to->config_file = from->config_file ? mem_copy(from->config_file) : NULL;
	to->account = from->account ? mem_copy(from->account) : NULL;
	for (size_t i = 0; i < from->option_count; i++)
		record_add_option(to, mem_copy(from->options[2 * i]),
				  mem_copy(from->options[2 * i + 1]));
}

static bool is_made_already(const struct spool *spool, const char *id)
{
	return spool_has(spool, SPOOL_QUEUE, id) || spool_has(spool, SPOOL_HOLD, id) ||
	       spool_has(spool, SPOOL_FAILED, id);
}

static bool queue_notice(const struct entry *about, const char *to, const struct str *text,
			 struct err *err)
{
	CLEANUP(message_done) struct message message;
	CLEANUP(entry_release) struct entry entry;
	char id[RECORD_ID_LEN + 1];

	message_init(&message);
	entry_init(&entry);
	derive_id(&about->record, id);
	if (is_made_already(about->spool, id))
		return true;
	if (!spool_begin(about->spool, &entry, err))
		return false;
	memcpy(entry.record.id, id, sizeof id);
	message.fd = entry.fd;
	if (!message_begin(&message, err) || !message_take(&message, text->bytes, text->len, err) ||
	    !message_end(&message, err) || !message_complete(&message, &message.given, err))
		return false;
	entry.record.created = time(NULL);
	entry.record.expires = entry.record.created + NOTICE_DAYS * DAY;
	entry.record.uid = geteuid();
	entry.record.envelope.sender = mem_copy("");
	entry.record.envelope.size = message_size(&message);
	entry.record.envelope.header_facts = message.header_facts;
	entry.record.envelope.body_facts = message.body_facts;
	envelope_add(&entry.record.envelope, mem_copy(to));
	copy_way(&entry.record, &about->record);
	return spool_commit(&entry, &message, err);
}

static bool send_notice(const struct entry *entry, const char *to,
			const struct recipient *const *failed, size_t count, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_INIT;
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(header_done) struct header header = { 0 };
	const char *host = machine_name();

	if (!read_header(entry, &bytes, err))
		return false;
	header_index(&header, bytes.bytes, bytes.len);
	if (!notice_may_send(entry->record.envelope.sender, &header, true))
		return true;
	CLEANUP(mem_free_at) char *from = str_format("MAILER-DAEMON@%s", host);
	CLEANUP(mem_free_at)
	char *message_id = str_format("<%s.notice@%s>", entry->record.id, host);
	const struct notice notice = {
		.kind = NOTICE_FAILED,
		.to = to,
		.from = from,
		.host = host,
		.id = entry->record.id,
		.message_id = message_id,
		.now = time(NULL),
		.created = entry->record.created,
		.last_attempt = time(NULL),
		.envid = entry->record.envelope.envid,
		.recipients = failed,
		.count = count,
		.original = &header,
	};
	notice_add(&notice, &text);
	return queue_notice(entry, to, &text, err);
}

bool tell_failure(struct entry *entry, const struct settings *settings, struct err *err)
{
	const struct envelope *envelope = &entry->record.envelope;
	const char *to = settings->bounce_to ? settings->bounce_to : envelope->sender;
	const struct recipient **failed = mem_zeroed(envelope->count, sizeof *failed);
	size_t count = notice_select(envelope, NOTICE_FAILED, failed);
	bool is_told = true;

	if (count > 0 && settings->on_failure)
		run_command(settings->on_failure, entry, failed, count);
	if (count > 0 && strchr(to, '@'))
		is_told = send_notice(entry, to, failed, count, err);
	free(failed);
	return is_told;
}

void tell_held(const struct entry *entry)
{
	CLEANUP(err_done) struct err err = ERR_INIT;

	err_set(&err, ERR_SYSTEM,
		_("message %s is held in the queue: its attempts ended in doubt or in a crash"),
		entry->record.id);
	report_problem(&err);
	log_to_syslog(LOG_MAIL | LOG_ERR, report_name(), err.text);
}
