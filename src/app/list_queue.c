/* list_queue.c - printing the messages of the queues */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/list_queue.h"

#include "app/list_json.h"
#include "app/show.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "deliver/report.h"
#include "queue/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

/* A longer history is cut at its beginning. */
enum { NOTES_MAX = 64 * 1024 };

static bool read_notes(const struct entry *entry, struct str *notes, struct err *err)
{
	struct stat st;
	off_t from = (off_t)entry->record.notes_at;

	if (fstat(entry->fd, &st) < 0)
		return err_sys(err, ERR_IO, errno, _("cannot be read"));
	if (st.st_size <= from)
		return true;
	bool is_cut = st.st_size - from > NOTES_MAX;
	if (is_cut)
		from = st.st_size - NOTES_MAX;
	size_t len = (size_t)(st.st_size - from);
	CLEANUP(mem_free_at) char *bytes = mem_alloc(len);
	if (!fs_pread_all(entry->fd, bytes, len, from))
		return err_sys(err, ERR_IO, errno, _("cannot be read"));
	const char *line = is_cut ? memchr(bytes, '\n', len) : bytes;
	if (line)
		str_add_n(notes, line + is_cut, len - (size_t)(line + is_cut - bytes));
	return true;
}

/*
 * A process that sends the message holds a write lock. F_GETLK takes no lock, so it never disturbs
 * that process.
 */
static bool is_locked(int fd)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
}

static enum list_state find_state(const struct entry *entry, enum spool_folder folder)
{
	if (folder == SPOOL_HOLD)
		return LIST_HELD;
	if (folder == SPOOL_FAILED)
		return LIST_FAILED;
	return is_locked(entry->fd) ? LIST_SENDING : LIST_WAITING;
}

struct listing {
	struct queues *queues;
	bool is_json;
	int64_t now;
	struct list_totals totals;
	struct str out;
	bool is_certain; /* no message is missing */
	int status;
};

/* Reports an error that makes the list incomplete. */
static void note_gap(struct listing *listing, const struct err *err)
{
	int status = report_error(err);

	listing->is_certain = false;
	if (listing->status == EX_OK)
		listing->status = status;
}

static void add_item(struct listing *listing, const struct list_item *item)
{
	if (listing->is_json) {
		str_add(&listing->out, listing->totals.count > 0 ? ",\n" : "\n");
		list_json_add(&listing->out, item, listing->now);
	} else {
		list_item_add_text(&listing->out, item, listing->now);
		str_add_char(&listing->out, '\n');
	}
	list_item_count(&listing->totals, item);
}

/*
 * Reads a message. Claims it first in the hold folder, because only claiming verifies the checksum.
 * If claiming fails, reads it without that check.
 */
static enum claim look(struct spool *spool, enum spool_folder folder, const char *id,
		       struct entry *entry, struct err *err)
{
	if (folder == SPOOL_HOLD) {
		enum claim claim = claim_take(spool, folder, id, entry, err);
		if (claim != CLAIM_BUSY && claim != CLAIM_FAILED)
			return claim;
		entry_release(entry);
		err_done(err);
	}
	return claim_peek(spool, folder, id, entry, err);
}

/* Adds a message to the list. A message that has disappeared since the folder was read was sent. */
static void add_message(struct listing *listing, struct spool *spool, enum spool_folder folder,
			const char *id)
{
	CLEANUP(entry_release) struct entry entry;
	CLEANUP(err_done) struct err err = ERR_INIT;
	CLEANUP(str_done) struct str notes = STR_INIT;
	enum claim claim = look(spool, folder, id, &entry, &err);
	struct list_item item = { .record = &entry.record, .state = LIST_DAMAGED };

	if (claim == CLAIM_GONE)
		return;
	if (claim == CLAIM_GOT) {
		item.state = find_state(&entry, folder);
		if (!read_notes(&entry, &notes, &err))
			claim = CLAIM_FAILED;
	}
	if (claim == CLAIM_FAILED) {
		err_wrap(&err, "%s", id);
		note_gap(listing, &err);
		return;
	}
	memcpy(entry.record.id, id, sizeof entry.record.id);
	item.notes = notes.bytes;
	item.damage = err.text;
	add_item(listing, &item);
}

static void add_folder(struct listing *listing, struct spool *spool, enum spool_folder folder)
{
	CLEANUP(spool_ids_done) struct spool_ids ids = { 0 };
	CLEANUP(err_done) struct err err = ERR_INIT;

	if (!spool_list(spool, folder, &ids, &err))
		note_gap(listing, &err);
	for (size_t i = 0; i < ids.count; i++)
		add_message(listing, spool, folder, ids.items[i]);
}

static void add_folders(struct listing *listing, enum spool_folder folder)
{
	for (size_t i = 0; i < listing->queues->count; i++)
		add_folder(listing, &listing->queues->items[i], folder);
}

int list_queue_print(struct queues *queues, bool is_json)
{
	struct listing listing = { .queues = queues,
				   .is_json = is_json,
				   .now = time(NULL),
				   .out = STR_INIT,
				   .is_certain = queues->problems.len == 0 };

	if (is_json)
		str_add_char(&listing.out, '[');
	add_folders(&listing, SPOOL_QUEUE);
	add_folders(&listing, SPOOL_HOLD);
	add_folders(&listing, SPOOL_FAILED);
	if (is_json)
		str_add(&listing.out, "\n]\n");
	else if (listing.is_certain)
		list_item_add_totals(&listing.out, &listing.totals, isatty(STDOUT_FILENO),
				     listing.now);
	int status = report_text(&listing.out);
	str_done(&listing.out);
	return listing.status != EX_OK ? listing.status : status;
}

/* `damage` is the error of a damaged message, else NULL. */
static int show_entry(const struct entry *entry, enum spool_folder folder, const char *damage,
		      struct err *err)
{
	CLEANUP(str_done) struct str notes = STR_INIT;
	CLEANUP(str_done) struct str out = STR_INIT;
	CLEANUP(message_done) struct message message;

	if (!read_notes(entry, &notes, err)) {
		err_wrap(err, "%s", entry->record.id);
		return report_error(err);
	}
	const struct list_item item = { .record = &entry->record,
					.state = damage ? LIST_DAMAGED : find_state(entry, folder),
					.notes = notes.bytes,
					.damage = damage };
	entry_message(entry, &message);
	list_item_add_details(&out, &item, time(NULL));
	int status = report_text(&out);
	return status == EX_OK ? show_message(&message) : status;
}

int list_queue_show(struct spool *spool, enum spool_folder folder, const char *id)
{
	CLEANUP(entry_release) struct entry entry;
	CLEANUP(err_done) struct err damage = ERR_INIT;
	CLEANUP(err_done) struct err err = ERR_INIT;
	bool is_damaged = look(spool, folder, id, &entry, &damage) == CLAIM_DAMAGED;

	/*
	 * Read a damaged message as far as possible, and without a lock: a pager may keep this
	 * process waiting.
	 */
	entry_release(&entry);
	enum claim claim = claim_peek(spool, folder, id, &entry, &err);
	if (claim == CLAIM_GOT)
		return show_entry(&entry, folder, is_damaged ? damage.text : NULL, &err);
	if (claim == CLAIM_GONE)
		err_set(&err, ERR_NOINPUT, _("there is no such message"));
	err_wrap(&err, "%s", id);
	return report_error(&err);
}
