/* srv.c - the SRV records of a domain: which hosts offer a service there; RFC 2782 */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/srv.h"

#include "base/fs.h"
#include "base/i18n.h"
#include "base/proc.h"
#include "base/random.h"
#include "net/host.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FIXED_OCTETS = 10, SRV_OCTETS = 6 };

/* Reading. `next` goes from 0 to `end`. */

struct reader {
	const unsigned char *message;
	const unsigned char *next;
	const unsigned char *end;
};

static bool has(const struct reader *reader, size_t octets)
{
	return (size_t)(reader->end - reader->next) >= octets;
}

static unsigned take_uint16(struct reader *reader)
{
	unsigned number = (unsigned)reader->next[0] << 8 | reader->next[1];

	reader->next += 2;
	return number;
}

static bool skip_name(struct reader *reader)
{
	return ns_name_skip(&reader->next, reader->end) == 0;
}

static bool skip_questions(struct reader *reader, unsigned count)
{
	for (; count > 0; count--) {
		if (!skip_name(reader) || !has(reader, 4))
			return false;
		reader->next += 4;
	}
	return true;
}

/* Appends a record, unless its port or target can't be connected to. */
static void add_record(struct srv_list *list, const struct srv *record)
{
	if (!*record->target || strcmp(record->target, ".") == 0)
		list->is_denied = true;
	else if (record->port != 0 && host_is_name(record->target) &&
		 !host_is_address(record->target) && list->count < SRV_MAX)
		list->items[list->count++] = *record;
}

/* Reads the data of a record. The target's name may be compressed, though it should not be. */
static bool read_data(struct reader data, size_t len, struct srv_list *list)
{
	struct srv record = { 0 };

	if (len < SRV_OCTETS)
		return false;
	record.priority = (uint16_t)take_uint16(&data);
	record.weight = (uint16_t)take_uint16(&data);
	record.port = (uint16_t)take_uint16(&data);
	int name = ns_name_uncompress(data.message, data.end, data.next, record.target,
				      sizeof record.target);
	if (name < 0 || (size_t)name != len - SRV_OCTETS)
		return false;
	add_record(list, &record);
	return true;
}

static bool read_record(struct reader *reader, struct srv_list *list)
{
	if (!skip_name(reader) || !has(reader, FIXED_OCTETS))
		return false;
	unsigned type = take_uint16(reader);
	unsigned class = take_uint16(reader);
	reader->next += 4;
	unsigned len = take_uint16(reader);
	if (!has(reader, len))
		return false;
	if (type == ns_t_srv && class == ns_c_in && !read_data(*reader, len, list))
		return false;
	reader->next += len;
	return true;
}

bool srv_parse(const unsigned char *message, size_t len, struct srv_list *list)
{
	struct reader reader = { message, message, message + len };

	*list = (struct srv_list){ .count = 0 };
	if (len < NS_HFIXEDSZ)
		return false;
	reader.next += 4;
	unsigned questions = take_uint16(&reader);
	unsigned answers = take_uint16(&reader);
	reader.next = message + NS_HFIXEDSZ;
	if (!skip_questions(&reader, questions))
		return false;
	for (; answers > 0; answers--)
		if (!read_record(&reader, list))
			return false;
	return true;
}

/* Ordering */

static int compare_priorities(const void *a, const void *b)
{
	const struct srv *x = a;
	const struct srv *y = b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return 0;
}

/* Records with weight 0 come first, so that a draw of 0 can select them. */
static int compare_for_lots(const void *a, const void *b)
{
	const struct srv *x = a;
	const struct srv *y = b;
	int order = compare_priorities(a, b);

	return order ? order : (x->weight != 0) - (y->weight != 0);
}

static int compare_weights(const void *a, const void *b)
{
	const struct srv *x = a;
	const struct srv *y = b;
	int order = compare_priorities(a, b);

	return order ? order : (y->weight > x->weight) - (y->weight < x->weight);
}

static void move_to_front(struct srv *items, size_t index)
{
	const struct srv moved = items[index];

	memmove(items + 1, items, index * sizeof *items);
	items[0] = moved;
}

/* Selects the first record whose running sum reaches the drawn number. */
static size_t choose(const struct srv *items, size_t count, uint32_t (*draw)(uint32_t limit))
{
	uint32_t sum = 0;
	uint32_t running = 0;

	for (size_t i = 0; i < count; i++)
		sum += items[i].weight;
	uint32_t lot = draw(sum);
	for (size_t i = 0; i < count; i++) {
		running += items[i].weight;
		if (running >= lot)
			return i;
	}
	return 0;
}

void srv_order(struct srv_list *list, uint32_t (*draw)(uint32_t limit))
{
	qsort(list->items, list->count, sizeof *list->items, compare_for_lots);
	for (size_t i = 0; i < list->count; i++) {
		size_t end = i + 1;
		while (end < list->count && list->items[end].priority == list->items[i].priority)
			end++;
		move_to_front(list->items + i, choose(list->items + i, end - i, draw));
	}
}

static uint32_t draw_by_system(uint32_t limit)
{
	uint32_t number = 0;

	random_fill(&number, sizeof number);
	return (uint32_t)((uint64_t)number * ((uint64_t)limit + 1) >> 32);
}

void srv_order_by_lot(struct srv_list *list)
{
	srv_order(list, draw_by_system);
}

void srv_order_by_weight(struct srv_list *list)
{
	qsort(list->items, list->count, sizeof *list->items, compare_weights);
}

/* Asking */

/* The child's answer in its pipe. */
struct answer {
	int trouble; /* h_errno of netdb.h, or 0 */
	struct srv_list list;
};

/* Runs in the child, so that untrusted bytes are parsed there. */
static void answer_question(void *name, int pipe)
{
	static unsigned char message[NS_MAXMSG];
	struct __res_state state = { 0 };
	struct answer answer = { .trouble = NO_RECOVERY };

	if (res_ninit(&state) == 0) {
		int len = res_nquery(&state, name, ns_c_in, ns_t_srv, message, sizeof message);
		answer.trouble = len < 0 ? state.res_h_errno : 0;
		size_t got = (size_t)len < sizeof message ? (size_t)len : sizeof message;
		if (len >= 0 && !srv_parse(message, got, &answer.list))
			answer.trouble = NO_RECOVERY;
	}
	if (!fs_write_all(pipe, &answer, sizeof answer))
		_exit(1);
}

static bool judge_answer(const struct answer *answer, struct err *err)
{
	switch (answer->trouble) {
	case 0:
		break;
	case HOST_NOT_FOUND:
	case NO_DATA:
		return err_set(err, ERR_NOHOST, _("there is no such record in DNS"));
	case TRY_AGAIN:
		return err_set(err, ERR_NET, _("no answer from DNS for now"));
	default:
		return err_set(err, ERR_NET, _("DNS does not answer this question"));
	}
	if (answer->list.count > 0)
		return true;
	return err_set(err, ERR_NOHOST, "%s",
		       answer->list.is_denied ? _("the domain says that it has no such service")
					      : _("there is no usable record in DNS"));
}

static bool ask(char *name, int64_t deadline, struct srv_list *list, struct err *err)
{
	CLEANUP(str_done) struct str bytes = STR_MAX(sizeof(struct answer));
	struct answer answer;

	if (!proc_call(answer_question, name, deadline, &bytes, err))
		return false;
	if (bytes.len != sizeof answer)
		return err_set(err, ERR_NET, _("DNS does not answer this question"));
	memcpy(&answer, bytes.bytes, sizeof answer);
	if (!judge_answer(&answer, err))
		return false;
	*list = answer.list;
	return true;
}

bool srv_look_up(const char *service, const char *domain, int64_t deadline, struct srv_list *list,
		 struct err *err)
{
	CLEANUP(mem_free_at) char *name = str_format("%s.%s", service, domain);

	if (!host_is_name(domain) || host_is_address(domain))
		return err_set(err, ERR_NOHOST, _("not a domain that can have SRV records: %s"),
			       domain);
	return ask(name, deadline, list, err) || err_wrap(err, "SRV %s", name);
}
