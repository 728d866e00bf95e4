/* addressing.c - the envelope: sender and recipients from command line, header and aliases */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "submit/addressing.h"

#include "base/ascii.h"
#include "base/i18n.h"
#include "conf/account.h"
#include "conf/expand.h"
#include "conf/settings.h"
#include "mail/address_parse.h"
#include "prepare/localname.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_null_sender(const char *from)
{
	return !*from || strcmp(from, "<>") == 0 || ascii_compare(from, "MAILER-DAEMON") == 0;
}

static void qualify(struct address *address, const struct settings *settings)
{
	if (!address->domain)
		address->domain = localname_domain(settings);
}

/*
 * Adds the place of a bad sender address. If a config file has it, the error is ERR_CONFIG, not a
 * fault of the message.
 */
static bool blame_sender(const struct settings *settings, struct err *err)
{
	const struct origin *origin = &settings->origins[OPT_from];
	CLEANUP(str_done) struct str place = STR_INIT;

	if (!settings->from || origin->kind >= ORIGIN_MESSAGE)
		return err_wrap(err, _("sender"));
	origin_print(origin, &place);
	err->kind = ERR_CONFIG;
	return err_wrap(err, "%s: from", place.bytes);
}

bool addressing_set_sender(struct envelope *envelope, const struct request *request,
			   const struct settings *settings, bool qualifies, struct err *err)
{
	bool is_by_uid = request->contract == CONTRACT_SENDMAIL;
	const char *from = settings->from ? settings->from : expand_user(is_by_uid);
	CLEANUP(address_done) struct address address = { 0 };

	free(envelope->sender);
	envelope->sender = mem_copy("");
	if (settings->from && is_null_sender(from))
		return true;
	if (!address_parse_path(from, &address, err))
		return blame_sender(settings, err);
	if (qualifies)
		qualify(&address, settings);
	CLEANUP(mem_free_at) char *path = address_path(&address);
	if (!address_check(path, err))
		return blame_sender(settings, err);
	free(envelope->sender);
	envelope->sender = mem_take(&path);
	return true;
}

/*
 * Parses the recipients among the arguments. Without `faults`, the first bad address is an error.
 */
static bool read_arguments(const struct request *request, struct address_list *list,
			   struct address_faults *faults, struct err *err)
{
	for (size_t i = 0; i < request->recipient_count; i++) {
		const char *text = request->recipients[i];
		if (faults)
			address_parse_readable(text, strlen(text), list, faults);
		else if (!address_parse_list(text, strlen(text), list, err))
			return err_wrap(err, _("recipient"));
	}
	return true;
}

static bool refuse_without_recipients(const struct address_faults *faults, struct err *err)
{
	if (!faults || !faults->count)
		return err_set(err, ERR_USAGE, _("no recipients"));
	return err_set(err, ERR_INPUT, _("recipient: %s"), faults->items[0].text);
}

/* Warns of an address in quotes: a mail program may have quoted a whole address by mistake. */
static void warn_of_quotes(const struct address_list *given, struct str *warnings)
{
	for (size_t i = 0; warnings && i < given->count; i++) {
		if (!given->items[i].is_quoted_whole)
			continue;
		CLEANUP(mem_free_at) char *path = address_path(&given->items[i]);
		CLEANUP(str_done) struct str shown = STR_INIT;
		str_add_printable(&shown, path, strlen(path));
		str_addf(warnings, _("recipient: \"%s\" is a whole address in quotes: using %s\n"),
			 shown.bytes, shown.bytes);
	}
}

/*
 * Whether the aliases file is needed. If it can't be read, that is an error only for recipients
 * without a domain.
 */
static bool needs_aliases(const struct settings *settings, const struct address_list *given)
{
	if (!settings->aliases || !*settings->aliases)
		return false;
	for (size_t i = 0; i < given->count; i++)
		if (!given->items[i].domain)
			return true;
	return access(settings->aliases, R_OK) == 0;
}

void addressing_done(struct addressing *addressing)
{
	alias_table_done(&addressing->aliases);
	addressing->has_aliases = false;
}

static bool expand_aliases(struct addressing *addressing, const struct address_list *in,
			   struct address_list *out, struct err *err)
{
	if (!addressing->has_aliases &&
	    !localname_read_aliases(&addressing->aliases, addressing->settings, err))
		return false;
	addressing->has_aliases = true;
	return alias_expand(&addressing->aliases, in, out, err);
}

static bool add_all(const struct addressing *addressing, const struct address_list *list,
		    struct envelope *envelope, struct err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		if (addressing->qualifies)
			qualify(&list->items[i], addressing->settings);
		char *path = address_path(&list->items[i]);
		envelope_add(envelope, path);
		if (!address_check(path, err))
			return err_wrap(err, _("recipient"));
	}
	return true;
}

static bool add_given(struct addressing *addressing, const struct address_list *given,
		      struct envelope *envelope, struct err *err)
{
	CLEANUP(address_list_done) struct address_list expanded = { 0 };
	bool is_expanded = needs_aliases(addressing->settings, given);

	if (is_expanded && !expand_aliases(addressing, given, &expanded, err))
		return false;
	return add_all(addressing, is_expanded ? &expanded : given, envelope, err);
}

bool addressing_add_recipient(struct addressing *addressing, const char *path,
			      struct envelope *envelope, struct err *err)
{
	CLEANUP(address_list_done) struct address_list given = { 0 };
	struct address address = { 0 };

	if (!address_parse_path(path, &address, err))
		return err_wrap(err, _("recipient"));
	mem_grow(given.items, given.count);
	given.items[given.count++] = address;
	return add_given(addressing, &given, envelope, err);
}

bool addressing_set_recipients(struct envelope *envelope, const struct request *request,
			       const struct settings *settings, bool qualifies,
			       const struct header *header, const struct addressing_notes *notes,
			       struct err *err)
{
	struct address_faults *faults = notes->faults;
	CLEANUP(addressing_done)
	struct addressing addressing = { .settings = settings, .qualifies = qualifies };
	CLEANUP(address_list_done) struct address_list given = { 0 };

	if (!read_arguments(request, &given, faults, err))
		return false;
	if (request->read_recipients && !header_recipients(header, &given, faults, err))
		return false;
	if (given.count == 0)
		return refuse_without_recipients(faults, err);
	warn_of_quotes(&given, notes->warnings);
	if (!add_given(&addressing, &given, envelope, err))
		return false;
	address_list_done(&given);
	envelope_drop_repeated(envelope);
	return true;
}
