/* config.c - the accounts that the config files define */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "conf/config.h"

#include "base/i18n.h"
#include "base/lookalike.h"
#include "base/nearest.h"
#include "conf/secret.h"

#include <stdlib.h>
#include <string.h>

enum { NAMES_MAX = 20 }; /* names in the text of an error */

void config_init(struct config *config)
{
	*config = (struct config){ .notes = STR_INIT,
				   .warnings = STR_INIT,
				   .unreadable = STR_INIT,
				   .skipped = STR_INIT,
				   .cure = STR_INIT };
}

void config_done(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->count; i++)
		account_done(&config->accounts[i]);
	for (size_t i = 0; i < config->file_count; i++)
		free(config->files[i]);
	free(config->accounts);
	free(config->files);
	str_done(&config->notes);
	str_done(&config->warnings);
	str_done(&config->unreadable);
	str_done(&config->skipped);
	str_done(&config->cure);
	config_init(config);
}

const struct account *config_find(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->count; i++)
		if (strcmp(config->accounts[i].name, name) == 0)
			return &config->accounts[i];
	return NULL;
}

const struct account *config_find_sender(const struct config *config, const char *address)
{
	for (size_t i = 0; i < config->count; i++)
		if (account_is_sender(&config->accounts[i].settings, address))
			return &config->accounts[i];
	return NULL;
}

/* Appends a name, and the name of a character in it that is invisible or looks like another. */
static void add_account_name(struct str *out, const char *name)
{
	struct lookalike found;

	str_add_printable(out, name, strlen(name));
	if (!lookalike_find(name, LOOKALIKE_HIDDEN | LOOKALIKE_QUOTES | LOOKALIKE_DASH, &found))
		return;
	str_add(out, _(" with "));
	lookalike_add(out, &found);
}

void config_add_names(const struct config *config, size_t count, const char *name, struct str *out)
{
	struct nearest nearest = { .text = name };
	struct lookalike found;

	if (lookalike_find(name, LOOKALIKE_HIDDEN | LOOKALIKE_QUOTES | LOOKALIKE_DASH, &found)) {
		str_add(out, _("; there is "));
		lookalike_add(out, &found);
		str_add(out, _(" in the name"));
	}
	for (size_t i = 0; i < count; i++)
		nearest_offer(&nearest, config->accounts[i].name);
	if (nearest.word) {
		str_add(out, _("; did you mean "));
		str_add_printable(out, nearest.word, strlen(nearest.word));
		str_add(out, "?");
	}
	for (size_t i = 0; i < count && i < NAMES_MAX; i++) {
		str_add(out, i ? ", " : _("; the accounts are: "));
		add_account_name(out, config->accounts[i].name);
	}
	str_add(out, count > NAMES_MAX ? ", ..." : "");
}

void config_forget_secrets(struct config *config)
{
	for (size_t i = 0; i < config->count; i++)
		secret_forget(&config->accounts[i].settings);
}

static void drop_account(struct config *config, const char *name)
{
	const struct account *found = config_find(config, name);

	if (!found)
		return;
	size_t number = (size_t)(found - config->accounts);
	account_done(&config->accounts[number]);
	config->count--;
	memmove(&config->accounts[number], &config->accounts[number + 1],
		(config->count - number) * sizeof *config->accounts);
}

void config_merge(struct config *config, struct config *level)
{
	for (size_t i = 0; i < level->count; i++)
		drop_account(config, level->accounts[i].name);
	for (size_t i = 0; i < level->count; i++) {
		config->accounts =
			mem_resize(config->accounts, config->count + 1, sizeof *config->accounts);
		config->accounts[config->count++] = level->accounts[i];
	}
	for (size_t i = 0; i < level->file_count; i++) {
		mem_grow(config->files, config->file_count);
		config->files[config->file_count++] = level->files[i];
	}
	str_add_n(&config->warnings, level->warnings.bytes, level->warnings.len);
	level->count = level->file_count = 0;
}
