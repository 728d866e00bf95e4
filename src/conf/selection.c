/* selection.c - choosing the account that a request is carried out with */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/selection.h"

#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool set_from_environment(struct settings *settings, enum option_id id, const char *name,
				 struct err *err)
{
	const struct origin origin = { .kind = ORIGIN_ENVIRONMENT };
	const char *value = getenv(name);

	if (!value)
		return true;
	return settings_set(settings, &options[id], value, &origin, err) ||
	       err_wrap(err, "$%s", name);
}

static bool has_environment(const struct selection *wish)
{
	const char *server = getenv("SMTPSERVER");

	return server && *server &&
	       (!wish->is_mail || getenv("EMAIL") ||
		settings_is_explicit(wish->settings, OPT_from));
}

/* Appends the files that were searched, and those that could not be read. */
static void add_places(const struct config *config, struct str *out)
{
	CLEANUP(str_done) struct str files = STR_INIT;

	for (size_t i = 0; i < config->file_count; i++)
		str_addf(&files, "%s%s", i ? ", " : "", config->files[i]);
	if (files.len)
		str_addf(out, _("not found in %s"), files.bytes);
	else if (config->skipped.len)
		str_addf(out,
			 _("there is no other config file than the one that was skipped; if you "
			   "trust it: %s"),
			 config->cure.bytes);
	else if (!config->unreadable.len)
		str_add(out, _("no config file was found; write ~/.mailchuterc, as "
			       "mailchute.conf(5) shows"));
	if (config->unreadable.len)
		str_addf(out, "%s%s", out->len ? "; " : "", config->unreadable.bytes);
}

/* Appends the names of all accounts, and the ways to choose one. */
static void add_other_accounts(const struct config *config, const char *name, struct str *out)
{
	config_add_names(config, config->count, name, out);
	if (strcmp(name, "default") != 0)
		return;
	str_add(out, _("; choose one with -a, or add to the file: account default : "));
	str_add_printable(out, config->accounts[0].name, strlen(config->accounts[0].name));
}

static bool no_account(const struct config *config, const char *name, struct err *err)
{
	CLEANUP(str_done) struct str places = STR_INIT;
	CLEANUP(str_done) struct str shown = STR_INIT;

	str_add_printable(&shown, name, strlen(name));
	add_places(config, &places);
	if (config->count > 0)
		add_other_accounts(config, name, &places);
	else if (config->file_count > 0)
		str_add(&places, _("; there is no account in it; mailchute.conf(5) shows one"));
	if (strpbrk(name, "./") && access(name, F_OK) == 0)
		str_addf(&places, _("; to attach the file of that name write: --attach %s"),
			 shown.bytes);
	return err_set(err, ERR_CONFIG, _("account %s: %s"), shown.bytes, places.bytes);
}

static const struct account *find_account(const struct config *config, const struct selection *wish,
					  enum account_rule *rule)
{
	const struct account *found = NULL;

	*rule = ACCOUNT_BY_NAME;
	if (wish->account)
		return config_find(config, wish->account);
	*rule = ACCOUNT_BY_SENDER;
	if (settings_is_explicit(wish->settings, OPT_from))
		found = config_find_sender(config, wish->settings->from);
	if (found)
		return found;
	*rule = ACCOUNT_BY_DEFAULT;
	return config_find(config, "default");
}

/* Makes an account that is in no file. */
static bool make_account(struct account *account, bool is_from_environment, struct err *err)
{
	struct settings *settings = &account->settings;

	*account = (struct account){ .rule = is_from_environment ? ACCOUNT_BY_ENVIRONMENT
								 : ACCOUNT_BY_HOST };
	settings_init(settings);
	if (!is_from_environment)
		return true;
	return set_from_environment(settings, OPT_host, "SMTPSERVER", err) &&
	       set_from_environment(settings, OPT_from, "EMAIL", err);
}

static void copy_account(struct account *to, const struct account *from)
{
	*to = (struct account){ .name = mem_copy(from->name),
				.file = from->file,
				.line = from->line };
	settings_copy(&to->settings, &from->settings);
}

static void override(struct settings *settings, const struct settings *wish)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (i != OPT_from && settings_is_explicit(wish, (enum option_id)i))
			settings_add(settings, wish, (enum option_id)i);
	if (settings_is_explicit(wish, OPT_from) && settings->allow_from_override)
		settings_take(settings, wish, OPT_from);
}

/* True if `from` is a full address without patterns and %. */
static bool is_fixed(const char *from)
{
	const char *at = from ? strrchr(from, '@') : NULL;

	return at && at > from && at[1] && !account_is_pattern(from) && !strchr(from, '%');
}

/* With --host no file counts, and `from` of the command line is the account's own. */
static void note_own_from(struct account *account, const struct settings *last_resort)
{
	const struct settings *settings = account->settings.from ? &account->settings : last_resort;

	if (settings && is_fixed(settings->from) && !account->settings.auto_from)
		account->own_from = mem_copy(settings->from);
}

bool selection_choose(const struct config *config, const struct selection *wish,
		      struct account *out, struct err *err)
{
	bool is_host_given = settings_is_explicit(wish->settings, OPT_host);
	enum account_rule rule;
	const struct account *found = is_host_given ? NULL : find_account(config, wish, &rule);

	*out = (struct account){ 0 };
	if (found) {
		copy_account(out, found);
		out->rule = rule;
	} else if (!is_host_given && (wish->account || !has_environment(wish))) {
		return no_account(config, wish->account ? wish->account : "default", err);
	} else if (!make_account(out, !is_host_given, err)) {
		return false;
	}
	note_own_from(out, is_host_given ? wish->settings : NULL);
	override(&out->settings, wish->settings);
	return true;
}
