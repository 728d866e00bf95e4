/* repair.c - address fields as strict relays want them, and the fields that the settings ask for */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "prepare/repair.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "mail/address_parse.h"
#include "mail/alias.h"
#include "mail/mime.h"
#include "prepare/localname.h"

#include <stdlib.h>
#include <string.h>

/* The input of the rules for single addresses. */
struct repair {
	struct changes *changes;
	const struct envelope *envelope;
	const char *author; /* the envelope sender, or the account's if it is null */
	const struct settings *settings;
	struct alias_table aliases;
	char *domain;
};

static void repair_done(struct repair *repair)
{
	alias_table_done(&repair->aliases);
	free(repair->domain);
}

/*
 * Adds the domain to an address without one. The domain is found when the first address needs it:
 * this may read a file.
 */
static void qualify(struct repair *repair, struct address *address)
{
	if (address->domain)
		return;
	if (!repair->domain)
		repair->domain = localname_domain(repair->settings);
	address->domain = mem_copy(repair->domain);
}

static void qualify_from(struct repair *repair, struct address_list *list, size_t first)
{
	for (size_t i = first; i < list->count; i++)
		qualify(repair, &list->items[i]);
}

/* Rules for rewrite_field. Each appends addresses to a list, which may have others already. */

static void decide_qualify(void *arg, const struct address *address, struct address_list *out)
{
	size_t first = out->count;

	if (address->domain)
		return;
	address_parse_add_path(out, address->local);
	qualify_from(arg, out, first);
}

/*
 * Replaces an address by those of its alias. Bcc fields are not used here, so no hidden recipient
 * is shown.
 */
static void decide_alias(void *arg, const struct address *address, struct address_list *out)
{
	struct repair *repair = arg;
	CLEANUP(err_done) struct err loop = ERR_INIT;
	CLEANUP(mem_free_at) char *path = address_path(address);
	CLEANUP(address_list_done) struct address_list in = { 0 };
	size_t first = out->count;

	address_parse_add_path(&in, path);
	if (!alias_expand(&repair->aliases, &in, out, &loop))
		address_parse_add_path(out, path);
	qualify_from(repair, out, first);
}

static void decide_sender(void *arg, const struct address *address, struct address_list *out)
{
	const struct repair *repair = arg;

	(void)address;
	address_parse_add_path(out, repair->envelope->sender);
}

/* The fields with addresses. The fields of an author have no groups. RFC 5322 section 3.6.2. */
static const struct {
	const char *name;
	bool takes_groups;
} address_fields[] = {
	{ "From", false },
	{ "Sender", false },
	{ "Reply-To", true },
	{ "To", true },
	{ "Cc", true },
	{ "Bcc", true },
	{ "Resent-From", false },
	{ "Resent-Sender", false },
	{ "Resent-Reply-To", true },
	{ "Resent-To", true },
	{ "Resent-Cc", true },
	{ "Resent-Bcc", true },
};

/* The index of a field in this table, or -1. */
static int address_field(const struct header *header, const struct header_field *field)
{
	for (size_t i = 0; i < LENGTH(address_fields); i++)
		if (header_is(header, field, address_fields[i].name))
			return (int)i;
	return -1;
}

static void rewrite_one(struct changes *changes, size_t number, const struct rewrite_rule *rule)
{
	CLEANUP(str_done) struct str body = STR_INIT;
	const struct header *header = changes->header;
	const struct header_field *field = &header->fields[number];
	size_t len;
	const char *old = header_value(header, field, &len);

	int which = address_field(header, field);

	if (which >= 0 && address_fields[which].takes_groups ? rewrite_list(old, len, rule, &body)
							     : rewrite_field(old, len, rule, &body))
		changes_set_body(changes, number, body.bytes);
}

void repair_rewrite(struct changes *changes, const char *name, const struct rewrite_rule *rule)
{
	for (size_t i = 0; i < changes->header->count; i++)
		if (header_is(changes->header, &changes->header->fields[i], name))
			rewrite_one(changes, i, rule);
}

static void rewrite_all(struct repair *repair, const char *name,
			void (*decide)(void *, const struct address *, struct address_list *))
{
	const struct rewrite_rule rule = { decide, repair };

	repair_rewrite(repair->changes, name, &rule);
}

/*
 * Writes address fields in a legal form. Callers write more than RFC 5322 allows, and strict relays
 * reject it. A field with a new body is legal already.
 */
static void write_legal(struct changes *changes)
{
	static const struct rewrite_rule rule = { NULL, NULL };

	for (size_t i = 0; i < changes->header->count; i++)
		if (!changes->is_dropped[i] && !changes->bodies[i] &&
		    address_field(changes->header, &changes->header->fields[i]) >= 0)
			rewrite_one(changes, i, &rule);
}

/* From, Sender, Reply-To */

static void add_fresh_from(struct repair *repair)
{
	CLEANUP(str_done) struct str from = STR_INIT;

	address_add_mailbox(&from, repair->settings->from_full_name, repair->author);
	changes_drop(repair->changes, "From");
	changes_add(repair->changes, "From", from.bytes);
}

/* Finds the author: in the first From field that can be read and names one address. */
static const struct header_field *find_author(const struct header *header,
					      struct address_list *author)
{
	for (size_t i = 0; i < header->count; i++) {
		CLEANUP(err_done) struct err unfit = ERR_INIT;
		size_t len;
		const char *body = header_body(header, &header->fields[i], &len);
		if (!header_is(header, &header->fields[i], "From"))
			continue;
		if (address_parse_list(body, len, author, &unfit) && author->count == 1)
			return &header->fields[i];
		address_list_done(author);
	}
	return NULL;
}

static void add_reply_to(struct repair *repair, struct address *author)
{
	CLEANUP(str_done) struct str body = STR_INIT;

	qualify(repair, author);
	CLEANUP(mem_free_at) char *path = address_path(author);
	if (!repair->settings->set_reply_to_header ||
	    address_compare(path, repair->envelope->sender) == 0 ||
	    changes_has_content(repair->changes, "Reply-To"))
		return;
	address_add_mailbox(&body, author->display, path);
	changes_drop(repair->changes, "Reply-To");
	changes_add(repair->changes, "Reply-To", body.bytes);
}

/*
 * Replaces the address of the author. The author's name stays, and so does a comment such as "(Cron
 * Daemon)".
 */
static void replace_from(struct repair *repair)
{
	const struct rewrite_rule rule = { decide_sender, repair };
	CLEANUP(address_list_done) struct address_list author = { 0 };
	CLEANUP(str_done) struct str body = STR_INIT;
	const struct header *header = repair->changes->header;
	const struct header_field *field = find_author(header, &author);
	size_t len;

	changes_drop(repair->changes, "Sender");
	const char *old = field ? header_value(header, field, &len) : NULL;
	if (!old || repair->settings->from_full_name) {
		add_fresh_from(repair);
	} else {
		bool is_other = rewrite_field(old, len, &rule, &body);
		if (!is_other)
			str_add_n(&body, old, len);
		changes_drop(repair->changes, "From");
		changes_add(repair->changes, "From", body.bytes);
	}
	if (old)
		add_reply_to(repair, &author.items[0]);
}

static void repair_from(struct repair *repair)
{
	enum set_from_header wish = repair->settings->set_from_header;
	bool has_from = changes_has_content(repair->changes, "From") ||
			repair_adds(repair->settings, "From");

	if (wish == SET_FROM_OFF)
		return;
	changes_drop_empty(repair->changes, "From");
	if (wish == SET_FROM_QUALIFY) {
		rewrite_all(repair, "From", decide_qualify);
		rewrite_all(repair, "Sender", decide_qualify);
	}
	/* A null sender cannot replace the address of the author. */
	if (wish == SET_FROM_ON && (*repair->envelope->sender || !has_from))
		replace_from(repair);
	else if (!has_from)
		add_fresh_from(repair);
}

/* To, Cc, Bcc */

/* Sorted paths: there may be a million of them. */
struct paths {
	char **items;
	size_t count;
};

static void paths_done(struct paths *paths)
{
	for (size_t i = 0; i < paths->count; i++)
		free(paths->items[i]);
	free(paths->items);
}

static int compare_paths(const void *a, const void *b)
{
	return address_compare(*(char *const *)a, *(char *const *)b);
}

static bool has_path(const struct paths *paths, const char *path)
{
	return paths->count > 0 && bsearch(&path, paths->items, paths->count, sizeof *paths->items,
					   compare_paths) != NULL;
}

/* Adds the addresses of all fields of that name, with aliases followed and domains added. */
static void gather_addresses(struct repair *repair, const char *name, struct address_list *list)
{
	CLEANUP(address_list_done) struct address_list named = { 0 };

	header_addresses(repair->changes->header, name, &named);
	for (size_t i = 0; i < named.count; i++) {
		decide_alias(repair, &named.items[i], list);
		address_done(&named.items[i]);
	}
}

static struct paths gather_paths(struct repair *repair, const char *one, const char *other)
{
	CLEANUP(address_list_done) struct address_list list = { 0 };
	struct paths paths;

	gather_addresses(repair, one, &list);
	gather_addresses(repair, other, &list);
	paths = (struct paths){ mem_zeroed(list.count + 1, sizeof *paths.items), list.count };
	for (size_t i = 0; i < list.count; i++)
		paths.items[i] = address_path(&list.items[i]);
	qsort(paths.items, paths.count, sizeof *paths.items, compare_paths);
	return paths;
}

/* Adds a To field with all recipients, except those that only a Bcc field names. */
static void add_to_all(struct repair *repair)
{
	CLEANUP(paths_done) struct paths hidden = gather_paths(repair, "Bcc", "Resent-Bcc");
	CLEANUP(paths_done) struct paths open = gather_paths(repair, "To", "Cc");
	CLEANUP(address_list_done) struct address_list shown = { 0 };
	CLEANUP(str_done) struct str body = STR_INIT;

	for (size_t i = 0; i < repair->envelope->count; i++) {
		const char *path = repair->envelope->recipients[i].address;
		if (!has_path(&hidden, path) || has_path(&open, path))
			address_parse_add_path(&shown, path);
	}
	address_add_list(&body, &shown);
	changes_add(repair->changes, "To", shown.count ? body.bytes : "undisclosed-recipients:;");
}

static void repair_to(struct repair *repair)
{
	enum set_to_header wish = repair->settings->set_to_header;

	if (wish == SET_TO_ON || wish == SET_TO_UNDISCLOSED) {
		changes_drop(repair->changes, "To");
		changes_drop(repair->changes, "Cc");
		changes_drop(repair->changes, "Bcc");
	}
	if (wish == SET_TO_ON)
		add_to_all(repair);
	if (wish == SET_TO_UNDISCLOSED)
		changes_add(repair->changes, "To", "undisclosed-recipients:;");
	if (wish == SET_TO_QUALIFY || wish == SET_TO_ALIASES) {
		bool is_alias = wish == SET_TO_ALIASES;
		rewrite_all(repair, "To", is_alias ? decide_alias : decide_qualify);
		rewrite_all(repair, "Cc", is_alias ? decide_alias : decide_qualify);
	}
}

bool repair_addresses(struct changes *changes, const struct envelope *envelope, const char *author,
		      const struct settings *settings, struct err *err)
{
	CLEANUP(repair_done)
	struct repair repair = {
		.changes = changes, .envelope = envelope, .author = author, .settings = settings
	};
	bool needs_aliases =
		settings->set_to_header == SET_TO_ALIASES || settings->set_to_header == SET_TO_ON;

	if (needs_aliases && settings->aliases && *settings->aliases &&
	    !localname_read_aliases(&repair.aliases, settings, err))
		return false;
	repair_from(&repair);
	repair_to(&repair);
	write_legal(changes);
	return true;
}

/* Fields of other kinds */

/* Splits "Name: text" at its colon. */
static char *split_field(const char *field, const char **text)
{
	size_t name = strcspn(field, ":");

	*text = field + name + 1;
	*text += strspn(*text, " \t");
	return mem_copy_n(field, name);
}

static void add_prefix(struct changes *changes, const char *prefix)
{
	CLEANUP(str_done) struct str old = STR_INIT;
	CLEANUP(str_done) struct str read = STR_INIT;
	CLEANUP(str_done) struct str body = STR_INIT;
	const struct header_field *subject = header_find(changes->header, "Subject");

	if (subject)
		header_add_unfolded(changes->header, subject, &old);
	/* A subject beyond ASCII was encoded before. */
	mime_add_decoded(&read, old.bytes);
	if (strncmp(read.bytes, prefix, strlen(prefix)) == 0)
		return;
	str_addf(&body, "%s%s%s", prefix, old.len ? " " : "", old.bytes);
	changes_replace(changes, "Subject", body.bytes);
}

void repair_fields(struct changes *changes, const struct settings *settings)
{
	const char *text;

	for (size_t i = 0; i < settings->remove_header.count; i++)
		changes_drop(changes, settings->remove_header.items[i]);
	if (settings->subject_prefix)
		add_prefix(changes, settings->subject_prefix);
	for (size_t i = 0; i < settings->set_header.count; i++) {
		CLEANUP(mem_free_at) char *name = split_field(settings->set_header.items[i], &text);
		changes_drop(changes, name);
		changes_add(changes, name, text);
	}
}

bool repair_adds(const struct settings *settings, const char *name)
{
	for (size_t i = 0; i < settings->add_header.count; i++)
		if (ascii_is(settings->add_header.items[i],
			     strcspn(settings->add_header.items[i], ":"), name))
			return true;
	return false;
}

bool repair_check_made(const struct header *made, const struct settings *settings, struct err *err)
{
	if (repair_adds(settings, "To") || repair_adds(settings, "Cc") ||
	    repair_adds(settings, "Bcc"))
		return err_set(err, ERR_USAGE,
			       _("add_header: recipients are named by --to, --cc and --bcc"));
	for (size_t i = 0; i < settings->add_header.count; i++) {
		const char *text;
		CLEANUP(mem_free_at) char *name = split_field(settings->add_header.items[i], &text);
		if (header_find(made, name))
			return err_set(err, ERR_USAGE,
				       _("add_header: there is a %s field already; set_header "
					 "replaces it"),
				       name);
	}
	return true;
}

void repair_add(struct changes *changes, const struct settings *settings)
{
	const char *text;

	for (size_t i = 0; i < settings->add_header.count; i++) {
		CLEANUP(mem_free_at) char *name = split_field(settings->add_header.items[i], &text);
		changes_add(changes, name, text);
	}
}
