/* entry.c - one queue file that this process has open: written, read, changed in place */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/entry.h"

#include "base/crc.h"
#include "base/fs.h"
#include "base/i18n.h"
#include "base/log.h"
#include "queue/block.h"
#include "queue/envelopepart.h"
#include "queue/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

void entry_init(struct entry *entry)
{
	*entry = (struct entry){ .fd = -1 };
	record_init(&entry->record);
}

void entry_release(struct entry *entry)
{
	if (!entry)
		return;
	if (entry->tmp_name)
		unlinkat(entry->spool->folders[SPOOL_TMP], entry->tmp_name, 0);
	free(entry->tmp_name);
	fs_close_at(&entry->fd);
	record_done(&entry->record);
	entry_init(entry);
}

void entry_message(const struct entry *entry, struct message *message)
{
	message_init(message);
	message->body_len = entry->record.body.len;
	message->header_len = entry->record.header.len;
	message_use(message, entry->fd);
	message->header_facts = entry->record.header_facts;
	message->body_facts = entry->record.body_facts;
}

static bool add_part_crc(int fd, struct record_part part, uint32_t *crc)
{
	char piece[65536];

	while (part.len > 0) {
		size_t len = part.len < sizeof piece ? (size_t)part.len : sizeof piece;
		if (!fs_pread_all(fd, piece, len, (off_t)part.at))
			return false;
		*crc = crc_32c(*crc, piece, len);
		part.at += len;
		part.len -= len;
	}
	return true;
}

/* Covers the parts that never change: the head of the block, body, header and envelope. */
static bool checksum(int fd, const struct record *record, const char *block, uint32_t *crc)
{
	const struct record_part rest = { .at = record->body.at,
					  .len = record->status_at - record->body.at };

	*crc = crc_32c(0, block, block_checked_len());
	return add_part_crc(fd, rest, crc);
}

bool entry_write(struct entry *entry, const struct message *message)
{
	CLEANUP(str_done) struct str tail = STR_INIT;
	struct record *record = &entry->record;
	char block[RECORD_BLOCK];

	record->body = (struct record_part){ MESSAGE_BODY_AT, message->body_len };
	record->header =
		(struct record_part){ MESSAGE_BODY_AT + message->body_len, message->header_len };
	record->envelope_part.at = record->header.at + record->header.len;
	envelopepart_add(record, &tail);
	if (tail.len > RECORD_ENVELOPE_MAX) {
		errno = EFBIG;
		return false;
	}
	if (!fs_pwrite_all(entry->fd, tail.bytes, tail.len, (off_t)record->envelope_part.at))
		return false;
	block_write(record, block);
	if (!checksum(entry->fd, record, block, &record->crc))
		return false;
	block_write(record, block);
	return fs_pwrite_all(entry->fd, block, sizeof block, 0) && fsync(entry->fd) == 0;
}

static bool damaged(struct err *err, const char *why)
{
	return err_set(err, ERR_INPUT, "%s", why);
}

static bool read_text(struct entry *entry, uint64_t size, struct err *err)
{
	struct record *record = &entry->record;
	uint64_t at = record->envelope_part.at;
	size_t len = size - at < RECORD_ENVELOPE_MAX ? (size_t)(size - at) : RECORD_ENVELOPE_MAX;
	CLEANUP(mem_free_at) char *bytes = mem_alloc(len);

	if (!fs_pread_all(entry->fd, bytes, len, (off_t)at))
		return err_sys(err, ERR_IO, errno, _("cannot be read"));
	return envelopepart_read(record, bytes, len, err);
}

bool entry_read(struct entry *entry, uint64_t size, bool is_checked, struct err *err)
{
	struct record *record = &entry->record;
	char block[RECORD_BLOCK];
	uint32_t crc = 0;

	if (size < sizeof block)
		return damaged(err, _("the file is too short"));
	if (!fs_pread_all(entry->fd, block, sizeof block, 0))
		return err_sys(err, ERR_IO, errno, _("cannot be read"));
	if (!block_read(record, block, size, err) || !read_text(entry, size, err))
		return false;
	if (!is_checked)
		return true;
	if (!checksum(entry->fd, record, block, &crc))
		return err_sys(err, ERR_IO, errno, _("cannot be read"));
	return crc == record->crc || damaged(err, _("the checksum is wrong"));
}

static bool entry_failed(const struct entry *entry, struct err *err)
{
	return err_sys(err, ERR_SYSTEM, errno, _("cannot write to %s of the queue %s"),
		       entry->record.id, entry->spool->path);
}

void entry_add_status(const struct entry *entry, struct str *out)
{
	const struct envelope *envelope = &entry->record.envelope;

	for (size_t i = 0; i < envelope->count; i++)
		str_add_char(out, (char)envelope->recipients[i].status);
}

/* Overwrites bytes that exist, so that it works on a full disk. */
bool entry_write_status(struct entry *entry, bool is_synced, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_INIT;

	entry_add_status(entry, &bytes);
	if (fs_pwrite_all(entry->fd, bytes.bytes, bytes.len, (off_t)entry->record.status_at) &&
	    (!is_synced || fdatasync(entry->fd) == 0))
		return true;
	return entry_failed(entry, err);
}

bool entry_write_progress(struct entry *entry, struct err *err)
{
	struct record_part part = block_progress_part();
	char bytes[RECORD_BLOCK];

	block_write_progress(&entry->record.progress, bytes);
	return fs_pwrite_all(entry->fd, bytes, (size_t)part.len, (off_t)part.at) ||
	       entry_failed(entry, err);
}

void entry_note(struct entry *entry, const char *line)
{
	CLEANUP(str_done) struct str whole = STR_INIT;
	off_t end = lseek(entry->fd, 0, SEEK_END);

	str_addf(&whole, "%s\n", line);
	if (end > 0 && !fs_pwrite_all(entry->fd, whole.bytes, whole.len, end) &&
	    ftruncate(entry->fd, end) < 0)
		log_debug("%s: half a note stays", entry->record.id);
}

bool entry_remove(struct entry *entry, bool is_synced, struct err *err)
{
	int folder = entry->spool->folders[entry->folder];

	if (unlinkat(folder, entry->record.id, 0) < 0)
		return entry_failed(entry, err);
	entry->spool->is_unsynced |= !is_synced;
	usage_release(entry->spool, entry->record.uid, record_size(&entry->record));
	return !is_synced || fsync(folder) == 0 || !entry_failed(entry, err);
}

bool entry_move(struct entry *entry, enum spool_folder to, struct err *err)
{
	int from_folder = entry->spool->folders[entry->folder];
	int to_folder = entry->spool->folders[to];
	const char *id = entry->record.id;

	if (!entry_write_status(entry, true, err))
		return false;
	if (!fs_move(from_folder, id, to_folder, id))
		return entry_failed(entry, err);
	entry->folder = to;
	if (fsync(to_folder) == 0 && fsync(from_folder) == 0)
		return true;
	return entry_failed(entry, err);
}
