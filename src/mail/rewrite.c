/* rewrite.c - replacing addresses in a field, and writing odd ones in legal form */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "mail/rewrite.h"

#include "base/ascii.h"
#include "mail/address_parse.h"
#include "mail/atom.h"

#include <string.h>

/* A body that is being rewritten. */
struct rewriting {
	const char *body;
	size_t done; /* the text before it is in `out` */
	struct str *out;
	bool is_changed;
};

static void copy_up_to(struct rewriting *r, size_t end)
{
	str_add_n(r->out, r->body + r->done, end - r->done);
	r->done = end;
}

static bool is_as_before(const struct address *address, const struct address *replacement)
{
	CLEANUP(mem_free_at) char *before = address_path(address);
	CLEANUP(mem_free_at) char *after = address_path(replacement);

	return strcmp(before, after) == 0;
}

/* Several replacements have names of their own, or none. */
static void replace(struct rewriting *r, const struct address *address,
		    const struct address_list *replacements)
{
	if (replacements->count == 1) {
		CLEANUP(mem_free_at) char *path = address_path(&replacements->items[0]);
		if (is_as_before(address, &replacements->items[0]))
			return;
		copy_up_to(r, address->path.from);
		str_add(r->out, path);
		r->done = address->path.to;
	} else {
		copy_up_to(r, address->whole.from);
		address_add_list(r->out, replacements);
		r->done = address->whole.to;
	}
	r->is_changed = true;
}

static void decide(const struct rewrite_rule *rule, const struct address *address,
		   struct address_list *out)
{
	if (rule->decide)
		rule->decide(rule->arg, address, out);
}

/* A legal field: only the addresses change. */
static bool replace_addresses(const char *body, size_t len, const struct rewrite_rule *rule,
			      const struct address_list *list, struct str *out)
{
	struct rewriting r = { .body = body, .out = out };

	for (size_t i = 0; i < list->count; i++) {
		CLEANUP(address_list_done) struct address_list replacements = { 0 };
		decide(rule, &list->items[i], &replacements);
		if (replacements.count > 0)
			replace(&r, &list->items[i], &replacements);
	}
	copy_up_to(&r, len);
	return r.is_changed;
}

/* A field that is written anew, mailbox by mailbox and group by group. */
struct writing {
	const char *body;
	const struct rewrite_rule *rule;
	struct str *out;
};

enum { LINE_LEN = 76, FIELD_NAME_ROOM = 14, GROUP_NAME_MAX = 400 };

static size_t column_of(const struct str *out)
{
	const char *line_end = memrchr(out->bytes, '\n', out->len);

	return line_end ? (size_t)(out->bytes + out->len - line_end - 1)
			: FIELD_NAME_ROOM + out->len;
}

static void add_field_part(struct writing *w, const struct str *part)
{
	size_t first_line = strcspn(part->bytes, "\r\n");

	if (w->out->len)
		str_add(w->out, column_of(w->out) + first_line + 2 > LINE_LEN ? ",\r\n " : ", ");
	str_add_n(w->out, part->bytes, part->len);
}

static bool is_encoded_word(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!atom_is_char(word[i]))
			return false;
	return len > 4 && memcmp(word, "=?", 2) == 0 && memcmp(word + len - 2, "?=", 2) == 0;
}

/* Encoded-words are decoded only outside quotes, so they are not quoted. */
static size_t run_len(const char *phrase, bool *is_encoded)
{
	size_t len = strcspn(phrase, " ");

	*is_encoded = is_encoded_word(phrase, len);
	for (size_t at = len; !*is_encoded && phrase[at]; len = at) {
		size_t next = strcspn(phrase + at + 1, " ");
		if (is_encoded_word(phrase + at + 1, next))
			break;
		at += 1 + next;
	}
	return len;
}

static void add_list_words(struct str *part, const char *phrase)
{
	bool is_encoded;

	for (size_t len; *phrase; phrase += len + (phrase[len] == ' ')) {
		len = run_len(phrase, &is_encoded);
		CLEANUP(mem_free_at) char *run = mem_copy_n(phrase, len);
		if (is_encoded)
			str_addf(part, "%s ", run);
		else
			atom_add_quoted(part, run);
		if (!is_encoded)
			str_add_char(part, ' ');
	}
}

/* Text beyond ASCII is quoted, not encoded: its charset is not known here. */
static void add_fresh(struct str *part, const char *phrase, const char *path)
{
	if (!phrase || (str_is_ascii(phrase, strlen(phrase)) && !strstr(phrase, "=?"))) {
		address_add_mailbox(part, phrase, path);
		return;
	}
	add_list_words(part, phrase);
	str_addf(part, "<%s>", path);
}

static void trim(struct str *part)
{
	size_t blanks = 0;

	while (part->len && ascii_is_space(part->bytes[part->len - 1]))
		str_cut(part, part->len - 1);
	while (ascii_is_space(part->bytes[blanks]))
		blanks++;
	str_drop(part, blanks);
}

static void add_mailbox(struct writing *w, const struct address *address)
{
	CLEANUP(address_list_done) struct address_list replacements = { 0 };
	CLEANUP(str_done) struct str part = STR_INIT;

	decide(w->rule, address, &replacements);
	if (address->is_odd && replacements.count <= 1) {
		const struct address *last = replacements.count ? replacements.items : address;
		CLEANUP(mem_free_at) char *path = address_path(last);
		add_fresh(&part, address->display, path);
	} else if (address->is_odd) {
		address_add_list(&part, &replacements);
	} else {
		struct rewriting r = { w->body, address->element.from, &part, false };
		if (replacements.count > 0)
			replace(&r, address, &replacements);
		copy_up_to(&r, address->element.to);
	}
	trim(&part);
	add_field_part(w, &part);
}

/* Appends an empty group: neither mail nor an answer is sent to it. */
static void add_group(struct writing *w, struct address_place place)
{
	CLEANUP(str_done) struct str text = STR_INIT;
	CLEANUP(str_done) struct str group = STR_INIT;
	size_t end = place.to;

	if (end - place.from > GROUP_NAME_MAX)
		end = place.from + GROUP_NAME_MAX;
	while (end < place.to && ((unsigned char)w->body[end] & 0xC0) == 0x80)
		end--;
	for (size_t i = place.from; i < end; i++)
		str_add_char(&text, atom_is_control(w->body[i]) ? ' ' : w->body[i]);
	trim(&text);
	atom_add_quoted(&group, text.bytes);
	str_add(&group, ":;");
	add_field_part(w, &group);
}

static void write_all(struct writing *w, const struct address_list *list,
		      const struct address_faults *faults)
{
	size_t fault = 0;

	for (size_t i = 0; i < list->count; i++) {
		for (; fault < faults->count &&
		       faults->items[fault].place.from < list->items[i].path.from;
		     fault++)
			add_group(w, faults->items[fault].place);
		add_mailbox(w, &list->items[i]);
	}
	for (; fault < faults->count; fault++)
		add_group(w, faults->items[fault].place);
	if (!w->out->len)
		str_add(w->out, "undisclosed-recipients:;");
}

static bool is_odd(const struct address_list *list, const struct address_faults *faults)
{
	bool is_one_odd = list->is_odd || faults->count > 0;

	for (size_t i = 0; i < list->count; i++)
		is_one_odd |= list->items[i].is_odd;
	return is_one_odd;
}

static bool rewrite(const char *body, size_t len, const struct rewrite_rule *rule,
		    bool takes_groups, struct str *out)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	CLEANUP(address_faults_done) struct address_faults faults = { 0 };
	CLEANUP(str_done) struct str fresh = STR_INIT;
	struct writing w = { body, rule, &fresh };
	bool is_changed = true;

	address_parse_readable(body, len, &list, &faults);
	if (!is_odd(&list, &faults))
		is_changed = replace_addresses(body, len, rule, &list, &fresh);
	else if (!takes_groups && (faults.count || !list.count))
		is_changed = false;
	else
		write_all(&w, &list, &faults);
	if (is_changed)
		str_add_n(out, fresh.bytes, fresh.len);
	return is_changed;
}

bool rewrite_field(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out)
{
	return rewrite(body, len, rule, false, out);
}

bool rewrite_list(const char *body, size_t len, const struct rewrite_rule *rule, struct str *out)
{
	return rewrite(body, len, rule, true, out);
}
