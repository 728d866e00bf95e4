/* generate.c - a build program: prints manual sections, completions and the example config */
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * usage: generate man TEMPLATE SYSCONFDIR
 *        generate bash | zsh | fish | example
 *
 * The output comes from the tables, which are compiled in. `man` copies a template, in
 * which the lines @OPTIONS@, @SETTINGS@ and @ALIASES@ stand for what is generated.
 */
#include "base/i18n.h"
#include "base/mem.h"
#include "conf/option.h"
#include "generate/completion.h"
#include "generate/item.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_MAX_LEN = 4096 };

struct group {
	const char *id;
	const char *title;
	const char *manual;
};

static const struct group flag_groups[] = {
#define FLAG_GROUP(group, title) { #group, title, "" },
#include "cli/cli.def"
	{ NULL, NULL, NULL },
};

static const struct group setting_groups[] = {
#define GROUP(group, title, manual) { #group, title, manual },
#include "conf/options.def"
	{ NULL, NULL, NULL },
};

static const struct {
	char letter;
	const char *argument;
} ignored[] = {
#define IGNORED(letter, argument) { letter, argument },
#include "cli/cli.def"
};

static const struct {
	const char *old, *argument, *name, *text;
} aliases[] = {
#define ALIAS(old, argument, name, text, flags) { #old, argument, #name, text },
#define NOOP(old)                               { #old, NULL, NULL, NULL },
#include "conf/options.def"
};

static const struct {
	char letter;
	const char *name;
} letters[] = {
#define LETTER(letter, name) { letter, #name },
#include "conf/options.def"
};

/* The manual, in scdoc's language */

static void put_paragraphs(const char *text)
{
	putchar('\t');
	for (; *text; text++) {
		putchar(*text);
		if (*text == '\n' && text[1] != '\n')
			putchar('\t');
	}
	printf("\n\n");
}

static void put_argument(const struct item *item, const char *before)
{
	if (item_is_optional(item))
		printf("[%s_%s_]", before, item->argument);
	else if (item->argument)
		printf("%s_%s_", before, item->argument);
}

static void put_default(const struct item *item)
{
	if (item->value)
		printf("\tDefault: *%s*\n\n", item->value);
}

static void put_setting(const struct item *item)
{
	printf("*%s* ", item->name);
	put_argument(item, "");
	putchar('\n');
	put_paragraphs(item->manual);
	put_default(item);
}

static void put_settings(void)
{
	for (const struct group *group = setting_groups; group->id; group++) {
		printf("## %s\n\n%s\n\n", group->title, group->manual);
		for (const struct item *item = item_settings; item->name; item++)
			if (strcmp(item->group, group->id) == 0)
				put_setting(item);
	}
}

/* Prints "*-f* _ADDRESS_, " for each letter of a setting. */
static void put_setting_letters(const struct item *item)
{
	for (size_t i = 0; i < LENGTH(letters); i++)
		if (strcmp(letters[i].name, item->name) == 0)
			printf("*-%c* _%s_, ", letters[i].letter, item->argument);
}

static void put_flag(const struct item *item)
{
	if (item->letter) {
		printf("*-%c*", item->letter);
		put_argument(item, item_is_optional(item) ? "" : " ");
	}
	if (item->name) {
		printf("%s*--%s*", item->letter ? ", " : "", item->name);
		put_argument(item, "=");
	}
	putchar('\n');
	put_paragraphs(item->manual);
}

static void put_setting_option(const struct item *item)
{
	put_setting_letters(item);
	printf("*--");
	item_put_dashed(item->name);
	putchar('*');
	put_argument(item, "=");
	printf("\n\t%c%s.\n\n", toupper((unsigned char)item->help[0]), item->help + 1);
}

static void put_ignored(void)
{
	printf("## Without effect\n\n");
	for (size_t i = 0; i < LENGTH(ignored); i++) {
		printf("%s*-%c*", i ? ", " : "", ignored[i].letter);
		if (ignored[i].argument)
			printf(" _%s_", ignored[i].argument);
	}
	printf("\n\tAccepted for callers of sendmail, and ignored. "
	       "With *--to* and similar options they are errors.\n\n");
}

static void put_options(void)
{
	for (const struct group *group = flag_groups; group->id; group++) {
		printf("## %s\n\n", group->title);
		for (const struct item *item = item_flags; item->group; item++)
			if (strcmp(item->group, group->id) == 0)
				put_flag(item);
	}
	for (const struct group *group = setting_groups; group->id; group++) {
		printf("## %s\n\n", group->title);
		for (const struct item *item = item_settings; item->name; item++)
			if (strcmp(item->group, group->id) == 0 && !(item->flags & OPTION_NO_FLAG))
				put_setting_option(item);
	}
	put_ignored();
}

static void put_aliases(void)
{
	for (size_t i = 0; i < LENGTH(aliases); i++) {
		const char *argument = aliases[i].argument;
		printf("%s *%s", i ? "| " : "[-", aliases[i].old);
		if (argument && *argument)
			printf(" %s", argument);
		printf("*\n:- ");
		if (!aliases[i].name)
			printf("without effect");
		else
			printf("*%s%s%s*", aliases[i].name, aliases[i].text ? " " : "",
			       aliases[i].text ? aliases[i].text : "");
		putchar('\n');
	}
}

/* Prints a line of the template, with the folder inserted. */
static void put_line(char *line, const char *folder)
{
	static const char mark[] = "@SYSCONFDIR@";

	for (char *found; (found = strstr(line, mark)); line = found + strlen(mark))
		printf("%.*s%s", (int)(found - line), line, folder);
	fputs(line, stdout);
}

static int put_manual(const char *path, const char *folder)
{
	FILE *template = fopen(path, "r");
	char line[LINE_MAX_LEN];

	if (!template) {
		perror(path);
		return EXIT_FAILURE;
	}
	while (fgets(line, sizeof line, template)) {
		if (strcmp(line, "@OPTIONS@\n") == 0)
			put_options();
		else if (strcmp(line, "@SETTINGS@\n") == 0)
			put_settings();
		else if (strcmp(line, "@ALIASES@\n") == 0)
			put_aliases();
		else
			put_line(line, folder);
	}
	fclose(template);
	return EXIT_SUCCESS;
}

/* The example config */

static void put_example_setting(const struct item *item)
{
	printf("# %c%s\n#%s %s\n", toupper((unsigned char)item->help[0]), item->help + 1,
	       item->name, item->value ? item->value : item->argument);
}

static void put_example_group(const struct group *group)
{
	bool has_title = false;

	for (const struct item *item = item_settings; item->name; item++) {
		if (strcmp(item->group, group->id) != 0)
			continue;
		if (!has_title)
			printf("\n# == %s ==\n", group->title);
		has_title = true;
		put_example_setting(item);
	}
}

static void put_example(void)
{
	printf("# An example for mailchute; see mailchute.conf(5). Copy it to ~/.mailchuterc.\n\n"
	       "# Settings of all accounts below\n"
	       "defaults\ntls on\nauth on\nlogfile ~/.mailchute.log\n\n"
	       "account example\n"
	       "host mail.example.org\nport 587\n"
	       "from you@example.org\nuser you@example.org\n"
	       "passwordeval pass show mail/example\n\n"
	       "# The account that is used if neither -a nor the sender selects another\n"
	       "account default : example\n\n"
	       "# All settings, with their defaults if they have one\n");
	for (const struct group *group = setting_groups; group->id; group++)
		put_example_group(group);
}

static int usage(void)
{
	fprintf(stderr, "usage: generate man TEMPLATE SYSCONFDIR\n"
			"       generate bash | zsh | fish | example\n");
	return EXIT_FAILURE;
}

int main(int argc, char *argv[])
{
	static const struct {
		const char *what;
		void (*put)(void);
	} jobs[] = {
		{ "bash", completion_bash },
		{ "zsh", completion_zsh },
		{ "fish", completion_fish },
		{ "example", put_example },
	};

	if (argc == 4 && strcmp(argv[1], "man") == 0)
		return put_manual(argv[2], argv[3]);
	for (size_t i = 0; argc == 2 && i < LENGTH(jobs); i++) {
		if (strcmp(argv[1], jobs[i].what) == 0) {
			jobs[i].put();
			return EXIT_SUCCESS;
		}
	}
	return usage();
}
