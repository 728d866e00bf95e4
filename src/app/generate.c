/* generate.c - run by the build: writes manual sections, completions and the example config */
// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * usage: generate man TEMPLATE SYSCONFDIR
 *        generate bash | zsh | fish | example
 *
 * All of it comes from the tables, which are compiled in. `man` copies a template, in
 * which the lines @OPTIONS@, @SETTINGS@ and @ALIASES@ stand for what is generated.
 */
#include "base/i18n.h"
#include "conf/option.h"

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

/* A setting (with a type) or an option of the command line. */
struct item {
	const char *group;
	const char *name;
	const char *type;
	char letter;
	const char *argument;
	const char *value;
	unsigned flags;
	const char *help;
	const char *manual;
};

static const struct group flag_groups[] = {
#define FLAG_GROUP(group, title) { #group, title, "" },
#include "app/cli.def"
	{ NULL, NULL, NULL },
};

static const struct group setting_groups[] = {
#define GROUP(group, title, manual) { #group, title, manual },
#include "conf/options.def"
	{ NULL, NULL, NULL },
};

static const struct item flags[] = {
#define FLAG(group, name, letter, argument, flags, action, help, manual)                           \
	{ #group, name, NULL, letter, argument, NULL, flags, help, manual },
#include "app/cli.def"
	{ 0 },
};

static const struct item settings[] = {
#define OPTION(group, name, type, argument, value, flags, help, manual)                            \
	{ #group, #name, #type, 0, argument, value, flags, help, manual },
#include "conf/options.def"
	{ 0 },
};

static const struct {
	char letter;
	const char *argument;
} ignored[] = {
#define IGNORED(letter, argument) { letter, argument },
#include "app/cli.def"
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

static const char *const methods[] = {
#define METHOD(name) (name),
#include "conf/options.def"
};

/* The tables */

/* Whether completions offer it as a long option. */
static bool is_offered(const struct item *item)
{
	return item->name && (!item->type || !(item->flags & OPTION_NO_FLAG));
}

static char first_letter(const struct item *item)
{
	if (!item->type)
		return item->letter;
	for (size_t i = 0; i < LENGTH(letters); i++)
		if (strcmp(letters[i].name, item->name) == 0)
			return letters[i].letter;
	return '\0';
}

static bool is_optional(const struct item *item)
{
	return item->argument && item->flags & OPTION_ALONE;
}

/* The words to choose from are those in lower case. */
static void put_words(const struct item *item, const char *separator)
{
	char argument[LINE_MAX_LEN];
	char *rest = argument;
	const char *between = "";

	snprintf(argument, sizeof argument, "%s", item->argument ? item->argument : "");
	for (char *word; (word = strsep(&rest, "|"));) {
		if (!islower((unsigned char)*word))
			continue;
		printf("%s%s", between, word);
		between = separator;
	}
	if (!item->type || strcmp(item->type, "AUTH") != 0)
		return;
	for (size_t i = 0; i < LENGTH(methods); i++)
		printf("%s%s", separator, methods[i]);
}

static bool has_words(const struct item *item)
{
	const char *argument = item->argument ? item->argument : "";

	return islower((unsigned char)*argument) || strstr(argument, "|system");
}

static void put_dashed(const char *name)
{
	for (; *name; name++)
		putchar(*name == '_' ? '-' : *name);
}

/* Puts a text with a backslash before each of the characters that need one. */
static void put_escaped(const char *text, const char *special)
{
	for (; *text; text++) {
		if (strchr(special, *text))
			putchar('\\');
		putchar(*text);
	}
}

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
	if (is_optional(item))
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
		for (const struct item *item = settings; item->name; item++)
			if (strcmp(item->group, group->id) == 0)
				put_setting(item);
	}
}

/* "*-f* _ADDRESS_, " for each letter of a setting. */
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
		put_argument(item, is_optional(item) ? "" : " ");
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
	put_dashed(item->name);
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
	printf("\n\tAccepted, because callers of sendmail give them, and ignored.\n\n");
}

static void put_options(void)
{
	for (const struct group *group = flag_groups; group->id; group++) {
		printf("## %s\n\n", group->title);
		for (const struct item *item = flags; item->group; item++)
			if (strcmp(item->group, group->id) == 0)
				put_flag(item);
	}
	for (const struct group *group = setting_groups; group->id; group++) {
		printf("## %s\n\n", group->title);
		for (const struct item *item = settings; item->name; item++)
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

/* Copies a line, with the folder put in. */
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

/* Completions */

/* Calls a function for each item that is offered. */
static void for_each(void (*put)(const struct item *))
{
	for (const struct item *item = flags; item->group; item++)
		if (is_offered(item))
			put(item);
	for (const struct item *item = settings; item->name; item++)
		if (is_offered(item))
			put(item);
}

/* A function of the shell that prints the accounts of the first config file that there is. */
static const char account_names[] =
	"sed -n 's/^[[:blank:]]*account[[:blank:]][[:blank:]]*\\([^:]*[^:[:blank:]]\\).*/\\1/p' "
	"~/.mailchuterc ~/.config/mailchute/config ~/.msmtprc ~/.config/msmtp/config 2>/dev/null";

static bool is_account(const struct item *item)
{
	return !item->type && strcmp(item->name, "account") == 0;
}

static void put_bash_name(const struct item *item)
{
	printf(" --");
	put_dashed(item->name);
	printf("%s", item->argument && !is_optional(item) ? "=" : "");
}

/* The pattern of a case: "--from=|--from|-f"; a word of its own is no optional argument. */
static void put_bash_pattern(const struct item *item)
{
	printf("\t--");
	put_dashed(item->name);
	putchar('=');
	if (!is_optional(item)) {
		printf("|--");
		put_dashed(item->name);
		if (first_letter(item))
			printf("|-%c", first_letter(item));
	}
	printf(") ");
}

static void put_bash_case(const struct item *item)
{
	if (!item->argument)
		return;
	put_bash_pattern(item);
	if (is_account(item)) {
		printf("words=$(_mailchute_accounts)");
	} else if (has_words(item)) {
		printf("words='");
		put_words(item, " ");
		printf("'%s", item->flags & OPTION_FILE ? " files=-f" : "");
	} else if (item->flags & OPTION_FILE) {
		printf("files=-f");
	} else if (item->flags & OPTION_RUNS) {
		printf("files=-c");
	}
	printf(" ;;\n");
}

static void put_bash(void)
{
	printf("# bash completion for mailchute; made from its option table\n\n"
	       "_mailchute_accounts()\n{\n\t%s\n}\n\n"
	       "_mailchute()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal option=$prev words='' files='' options='",
	       account_names);
	for_each(put_bash_name);
	printf("'\n\n"
	       "\tCOMPREPLY=()\n"
	       "\tif [[ $cur == = ]]; then\n"
	       "\t\toption=$prev= cur=''\n"
	       "\telif [[ $prev == = ]]; then\n"
	       "\t\toption=${COMP_WORDS[COMP_CWORD - 2]}=\n"
	       "\telif [[ $cur == --*=* ]]; then\n"
	       "\t\toption=${cur%%%%=*}= cur=${cur#*=}\n"
	       "\tfi\n"
	       "\tcase $option in\n");
	for_each(put_bash_case);
	printf("\t*)\n"
	       "\t\tif [[ $cur == -* ]]; then\n"
	       "\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	       "\t\t\t[[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace\n"
	       "\t\tfi\n"
	       "\t\treturn\n"
	       "\t\t;;\n"
	       "\tesac\n"
	       "\t[[ -z $files ]] || compopt -o filenames\n"
	       "\tmapfile -t COMPREPLY < <(compgen ${files:+\"$files\"} -W \"$words\" -- "
	       "\"$cur\")\n"
	       "}\n\n"
	       "complete -F _mailchute mailchute\n");
}

/* What zsh calls an action. */
static void put_zsh_action(const struct item *item)
{
	printf(is_optional(item) ? "::" : ":");
	put_escaped(item->argument, ":");
	putchar(':');
	if (is_account(item)) {
		printf("_mailchute_accounts");
	} else if (item->flags & OPTION_FILE) {
		printf("_files");
	} else if (item->flags & OPTION_RUNS) {
		printf("_cmdstring");
	} else if (has_words(item)) {
		putchar('(');
		put_words(item, " ");
		putchar(')');
	}
}

/* A quote within quotes ends them, is quoted itself, and begins them again. */
static void put_zsh_help(const char *help)
{
	printf("'[");
	for (; *help; help++) {
		if (*help == '\'')
			printf("'\\'");
		else if (strchr("[]:", *help))
			putchar('\\');
		putchar(*help);
	}
	printf("]");
}

static void put_zsh_item(const struct item *item)
{
	char letter = first_letter(item);

	printf("\t");
	if (letter)
		printf("{-%c%s,", letter, is_optional(item) ? "-" : item->argument ? "+" : "");
	printf("--");
	put_dashed(item->name);
	if (item->argument)
		printf(is_optional(item) ? "=-" : "=");
	printf("%s", letter ? "}" : "");
	put_zsh_help(item->help);
	if (item->argument)
		put_zsh_action(item);
	printf("' \\\n");
}

static void put_zsh(void)
{
	printf("#compdef mailchute\n"
	       "# zsh completion for mailchute; made from its option table\n\n"
	       "_mailchute_accounts() {\n"
	       "\tlocal -a names=(${(f)\"$(%s)\"})\n"
	       "\tcompadd -a names\n"
	       "}\n\n"
	       "_arguments -s -S \\\n",
	       account_names);
	for_each(put_zsh_item);
	printf("\t'*:recipient:_email_addresses'\n");
}

static void put_fish_item(const struct item *item)
{
	printf("complete -c mailchute -l ");
	put_dashed(item->name);
	if (first_letter(item))
		printf(" -s %c", first_letter(item));
	if (item->argument && !is_optional(item))
		printf(item->flags & OPTION_FILE ? " -r -F" : " -x");
	if (is_account(item)) {
		printf(" -a '(__mailchute_accounts)'");
	} else if (has_words(item)) {
		printf(" -a '");
		put_words(item, " ");
		putchar('\'');
	} else if (item->flags & OPTION_RUNS) {
		printf(" -a '(__fish_complete_command)'");
	}
	printf(" -d '");
	put_escaped(item->help, "'\\");
	printf("'\n");
}

static void put_fish(void)
{
	printf("# fish completion for mailchute; made from its option table\n\n"
	       "function __mailchute_accounts\n\t%s\nend\n\n"
	       "complete -c mailchute -f\n",
	       account_names);
	for_each(put_fish_item);
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

	for (const struct item *item = settings; item->name; item++) {
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
	       "# What all accounts below have in common\n"
	       "defaults\ntls on\nauth on\nlogfile ~/.mailchute.log\n\n"
	       "account example\n"
	       "host mail.example.org\nport 587\n"
	       "from you@example.org\nuser you@example.org\n"
	       "passwordeval pass show mail/example\n\n"
	       "# The account that is used where neither -a nor the sender says another\n"
	       "account default : example\n\n"
	       "# All settings, with their defaults where they have one\n");
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
		{ "bash", put_bash },
		{ "zsh", put_zsh },
		{ "fish", put_fish },
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
