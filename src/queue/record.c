/* record.c - the record of a queue file, and its id; pure */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/record.h"

#include "base/crc.h"
#include "queue/reader.h"

#include <stdlib.h>
#include <string.h>

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char hex_digits[] = "0123456789ABCDEF";

enum { ID_TIME_LEN = RECORD_ID_TIME_LEN };

void record_init(struct record *record)
{
	*record = (struct record){ 0 };
	envelope_init(&record->envelope);
}

void record_done(struct record *record)
{
	if (!record)
		return;
	for (size_t i = 0; i < 2 * record->option_count; i++)
		free(record->options[i]);
	free(record->options);
	free(record->config_file);
	free(record->account);
	free(record->bounce);
	free(record->about);
	envelope_done(&record->envelope);
	record_init(record);
}

const char *record_status_name(enum recipient_status status)
{
	switch (status) {
	case STATUS_DONE:
		return "done";
	case STATUS_REFUSED:
	case STATUS_COMMAND:
	case STATUS_FAILED:
		return "failed";
	case STATUS_DOUBT:
		return "in doubt";
	case STATUS_PENDING:
		break;
	}
	return "pending";
}

bool record_has_untold(const struct record *record)
{
	return envelope_count_status(&record->envelope, STATUS_REFUSED) > 0 ||
	       envelope_count_status(&record->envelope, STATUS_COMMAND) > 0;
}

uint64_t record_size(const struct record *record)
{
	return record->body.len + record->header.len;
}

void record_add_option(struct record *record, char *name, char *value)
{
	size_t used = 2 * record->option_count;

	mem_grow(record->options, used);
	record->options[used] = name;
	mem_grow(record->options, used + 1);
	record->options[used + 1] = value;
	record->option_count++;
}

/* Ids */

bool record_is_id(const char *name)
{
	for (size_t i = 0; i < RECORD_ID_LEN; i++)
		if (!reader_is_one_of(name[i], i < ID_TIME_LEN ? hex_digits : base32))
			return false;
	return !name[RECORD_ID_LEN];
}

void record_make_id(char id[RECORD_ID_LEN + 1], uint64_t microseconds,
		    const unsigned char random[5])
{
	uint64_t bits = 0;

	for (int i = 0; i < 5; i++)
		bits = bits << 8 | random[i];
	for (int i = ID_TIME_LEN; i-- > 0; microseconds >>= 4)
		id[i] = hex_digits[microseconds & 0xF];
	for (int i = RECORD_ID_LEN; i-- > ID_TIME_LEN; bits >>= 5)
		id[i] = base32[bits & 0x1F];
	id[RECORD_ID_LEN] = '\0';
}

void record_derive_id(const char *id, uint32_t number, char derived[RECORD_ID_LEN + 1])
{
	enum { CHANGED = 8 };
	uint32_t crc = crc_32c(number, id, RECORD_ID_LEN);

	memcpy(derived, id, RECORD_ID_LEN + 1);
	for (size_t i = RECORD_ID_LEN - CHANGED; i < RECORD_ID_LEN; i++, crc = crc >> 4 | crc << 28)
		derived[i] = base32[crc & 15];
}
