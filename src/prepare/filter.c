/* filter.c - the account's filter, a command that changes a message before it is sent */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare/filter.h"

#include "base/feeder.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/scratch.h"
#include "mail/lines.h"
#include "prepare/complete.h"

#include <errno.h>
#include <sys/mman.h>
#include <sysexits.h>
#include <unistd.h>

enum {
	PIECE = 65536,
	GROWTH_MAX = 4,         /* the output may be this many times as long as the message */
	ROOM_MIN = 1024 * 1024, /* plus this many octets */
};

/* Writes the whole message with LF line ends, as other programs expect them. */
static bool spill(const struct message *message, int fd, struct err *err)
{
	struct lines lines = { 0 };
	char piece[PIECE];
	ssize_t got;

	for (uint64_t at = 0; (got = message_read_at(message, at, piece, sizeof piece, err)) > 0;
	     at += (uint64_t)got) {
		CLEANUP(str_done) struct str text = STR_INIT;
		lines_add_lf(&lines, piece, (size_t)got, &text);
		if (!fs_write_all(fd, text.bytes, text.len))
			return err_sys(err, ERR_IO, errno, _("cannot keep the message"));
	}
	if (got == 0 && lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, ERR_IO, errno, _("cannot keep the message"));
	return got == 0;
}

/*
 * Writes the message to a file for the command: in one of the folders for such files, else in
 * memory.
 */
static int spill_somewhere(const struct message *message, struct err *err)
{
	size_t place = 0;

	for (;;) {
		CLEANUP(fs_close_at) int fd = fs_open_next(&place);
		bool is_last = fd < 0;
		err_done(err);
		if (is_last)
			fd = memfd_create("message", MFD_CLOEXEC);
		if (fd < 0)
			err_sys(err, ERR_IO, errno, _("cannot keep the message"));
		else if (spill(message, fd, err))
			return fs_take_at(&fd);
		if (is_last)
			return -1;
	}
}

/*
 * Feeds the message through a pipe: the limit on file sizes, which holds for files in memory too,
 * does not hold for a pipe.
 */
static bool feed(const struct message *message, struct feeder *feeder, struct err *err)
{
	CLEANUP(str_done) struct str text = STR_MAX(SCRATCH_MEMORY_MAX);
	struct lines lines = { 0 };
	char piece[PIECE];
	ssize_t got;

	err_done(err);
	for (uint64_t at = 0; (got = message_read_at(message, at, piece, sizeof piece, err)) > 0;
	     at += (uint64_t)got)
		lines_add_lf(&lines, piece, (size_t)got, &text);
	if (text.is_full)
		return err_sys(err, ERR_IO, EFBIG, _("cannot keep the message"));
	return got == 0 && feeder_open(feeder, text.bytes, text.len, err);
}

static bool judge_feeder(const struct feeder *feeder, struct err *err)
{
	return feeder->pid == 0 || feeder_is_good(feeder) ||
	       err_set(err, ERR_SYSTEM, _("the helper process failed"));
}

static void set_environment(const struct envelope *envelope)
{
	CLEANUP(str_done) struct str addresses = STR_INIT;

	for (size_t i = 0; i < envelope->count; i++)
		str_addf(&addresses, "%s%s", i ? " " : "", envelope->recipients[i].address);
	proc_set_variable("MAILCHUTE_SENDER", envelope->sender);
	proc_set_variable("MAILCHUTE_RECIPIENTS", addresses.bytes);
}

/* Takes a piece of the output. If the output is no message, that is an error of the command. */
static bool take(struct message *out, const char *bytes, size_t len, uint64_t *room,
		 struct err *err)
{
	if (len > *room)
		return err_set(err, ERR_CONFIG, _("the command prints far more than it was given"));
	*room -= len;
	if (message_take(out, bytes, len, err))
		return true;
	if (err->kind == ERR_INPUT)
		err->kind = ERR_CONFIG;
	return false;
}

static bool judge_status(int status, struct err *err)
{
	switch (status) {
	case EX_OK:
		return true;
	case EX_DATAERR:
		return err_set(err, ERR_INPUT, _("the command refuses the message (status %d)"),
			       status);
	case EX_TEMPFAIL:
		return err_set(err, ERR_DEFER, _("the command can't do it now (status %d)"),
			       status);
	default:
		return proc_has_failed(status, err);
	}
}

static bool read_output(struct proc *proc, struct message *out, uint64_t room, struct err *err)
{
	char piece[PIECE];
	ssize_t got;
	int status;

	while ((got = proc_read(proc, piece, sizeof piece, err)) > 0)
		if (!take(out, piece, (size_t)got, &room, err))
			return false;
	return got == 0 && proc_wait(proc, &status, err) && judge_status(status, err);
}

static bool complete(struct message *out, struct err *err)
{
	if (!message_end(out, err)) {
		if (err->kind == ERR_INPUT)
			err->kind = ERR_CONFIG;
		return false;
	}
	if (out->given.len == 0 && out->body_len == 0)
		return err_set(err, ERR_CONFIG, _("the command printed nothing"));
	if (out->header.count == 0)
		return err_set(err, ERR_CONFIG, _("the command printed no message"));
	return message_complete(out, &out->given, err);
}

static bool run_filter(const struct message *in, const struct envelope *envelope,
		       char *const argv[], struct message *out, struct err *err)
{
	CLEANUP(proc_close) struct proc proc = { 0 };
	CLEANUP(feeder_close) struct feeder feeder = { 0 };
	CLEANUP(fs_close_at) int fd = spill_somewhere(in, err);
	uint64_t room = GROWTH_MAX * message_size(in) + ROOM_MIN;

	if (fd < 0 && !feed(in, &feeder, err))
		return false;
	set_environment(envelope);
	message_begin(out);
	return proc_open(&proc, argv, fd < 0 ? feeder.output : fd, proc_deadline(), err) &&
	       read_output(&proc, out, room, err) && judge_feeder(&feeder, err) &&
	       complete(out, err);
}

bool filter_message(struct message *message, const struct envelope *envelope,
		    const struct settings *settings, struct err *err)
{
	CLEANUP(message_done) struct message out;

	message_init(&out);
	if (!settings->filter)
		return true;
	if (!run_filter(message, envelope, settings->filter, &out, err))
		return err_wrap(err, "filter");
	message_replace(message, &out);
	return true;
}

static void refuse_all(struct envelope *envelope, const struct err *reason)
{
	for (size_t i = 0; i < envelope->count; i++) {
		struct recipient *recipient = &envelope->recipients[i];
		if (!recipient_is_open(recipient))
			continue;
		recipient->status = STATUS_REFUSED;
		err_copy(&recipient->err, reason);
	}
}

static bool make(const struct entry *entry, const struct account *account, struct message *out,
		 struct err *err)
{
	CLEANUP(message_done) struct message own;
	const struct envelope *envelope = &entry->record.envelope;

	entry_message(entry, &own);
	if (entry->record.is_raw)
		return complete_raw(&own, envelope, account, out, err) &&
		       filter_message(out, envelope, &account->settings, err);
	return run_filter(&own, envelope, account->settings.filter, out, err) ||
	       err_wrap(err, "filter");
}

bool filter_entry(struct entry *entry, const struct account *account, struct message *out,
		  struct err *err)
{
	struct envelope *envelope = &entry->record.envelope;
	bool is_unfiltered = entry->record.is_unfiltered && account->settings.filter;

	if (!entry->record.is_raw && !is_unfiltered) {
		entry_message(entry, out);
		return true;
	}
	if (!make(entry, account, out, err)) {
		if (err->kind == ERR_INPUT)
			refuse_all(envelope, err);
		return false;
	}
	envelope->size = message_size(out);
	entry->record.header_facts = out->header_facts;
	entry->record.body_facts = out->body_facts;
	return true;
}
