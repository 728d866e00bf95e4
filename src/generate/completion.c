/* completion.c - the completion files of the shells */
// SPDX-License-Identifier: GPL-3.0-or-later
#include "generate/completion.h"

#include "conf/option.h"
#include "generate/item.h"

#include <stdio.h>
#include <string.h>

/* Calls a function for each option that is offered. */
static void for_each(void (*put)(const struct item *))
{
	for (const struct item *item = item_flags; item->group; item++)
		if (item_is_offered(item))
			put(item);
	for (const struct item *item = item_settings; item->name; item++)
		if (item_is_offered(item))
			put(item);
}

/* Shell code that prints the accounts of the existing config files. */
static const char account_names[] =
	"sed -n 's/^[[:blank:]]*account[[:blank:]][[:blank:]]*\\([^:]*[^:[:blank:]]\\).*/\\1/p' "
	"~/.mailchuterc ~/.config/mailchute/config ~/.msmtprc ~/.config/msmtp/config 2>/dev/null";

static const char bash_end[] =
	"\t*)\n"
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
	"complete -F _mailchute mailchute\n";

static bool is_account(const struct item *item)
{
	return !item->type && strcmp(item->name, "account") == 0;
}

static void put_bash_name(const struct item *item)
{
	printf(" --");
	item_put_dashed(item->name);
	printf("%s", item->argument && !item_is_optional(item) ? "=" : "");
}

/*
 * Prints the pattern of a case: "--from=|--from|-f". An optional argument never stands in a word of
 * its own.
 */
static void put_bash_pattern(const struct item *item)
{
	printf("\t--");
	item_put_dashed(item->name);
	putchar('=');
	if (!item_is_optional(item)) {
		printf("|--");
		item_put_dashed(item->name);
		if (item_letter(item))
			printf("|-%c", item_letter(item));
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
	} else if (item_has_words(item)) {
		printf("words='");
		item_put_words(item, " ");
		printf("'%s", item->flags & OPTION_FILE ? " files=-f" : "");
	} else if (item->flags & OPTION_FILE) {
		printf("files=-f");
	} else if (item->flags & OPTION_RUNS) {
		printf("files=-c");
	}
	printf(" ;;\n");
}

static void put_bash_beginning(void)
{
	printf("# bash completion for mailchute; made from its option table\n\n"
	       "_mailchute_accounts()\n{\n\t%s\n}\n\n"
	       "_mailchute()\n{\n"
	       "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	       "\tlocal option=$prev words='' files='' options='",
	       account_names);
}

void completion_bash(void)
{
	put_bash_beginning();
	for_each(put_bash_name);
	fputs("'\n\n"
	      "\tCOMPREPLY=()\n"
	      "\tif [[ $cur == = ]]; then\n"
	      "\t\toption=$prev= cur=''\n"
	      "\telif [[ $prev == = ]]; then\n"
	      "\t\toption=${COMP_WORDS[COMP_CWORD - 2]}=\n"
	      "\telif [[ $cur == --*=* ]]; then\n"
	      "\t\toption=${cur%%=*}= cur=${cur#*=}\n"
	      "\tfi\n"
	      "\tcase $option in\n",
	      stdout);
	for_each(put_bash_case);
	fputs(bash_end, stdout);
}

/* Prints the completion of an argument, which zsh calls an action. */
static void put_zsh_action(const struct item *item)
{
	printf(item_is_optional(item) ? "::" : ":");
	item_put_escaped(item->argument, ":");
	putchar(':');
	if (is_account(item)) {
		printf("_mailchute_accounts");
	} else if (item->flags & OPTION_FILE) {
		printf("_files");
	} else if (item->flags & OPTION_RUNS) {
		printf("_cmdstring");
	} else if (item_has_words(item)) {
		putchar('(');
		item_put_words(item, " ");
		putchar(')');
	}
}

/* Prints a help text in single quotes. A quote inside is printed as '\''. */
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
	char letter = item_letter(item);

	printf("\t");
	if (letter)
		printf("{-%c%s,", letter, item_is_optional(item) ? "-" : item->argument ? "+" : "");
	printf("--");
	item_put_dashed(item->name);
	if (item->argument)
		printf(item_is_optional(item) ? "=-" : "=");
	printf("%s", letter ? "}" : "");
	put_zsh_help(item->help);
	if (item->argument)
		put_zsh_action(item);
	printf("' \\\n");
}

void completion_zsh(void)
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
	item_put_dashed(item->name);
	if (item_letter(item))
		printf(" -s %c", item_letter(item));
	if (item->argument && !item_is_optional(item))
		printf(item->flags & OPTION_FILE ? " -r -F" : " -x");
	if (is_account(item)) {
		printf(" -a '(__mailchute_accounts)'");
	} else if (item_has_words(item)) {
		printf(" -a '");
		item_put_words(item, " ");
		putchar('\'');
	} else if (item->flags & OPTION_RUNS) {
		printf(" -a '(__fish_complete_command)'");
	}
	printf(" -d '");
	item_put_escaped(item->help, "'\\");
	printf("'\n");
}

void completion_fish(void)
{
	printf("# fish completion for mailchute; made from its option table\n\n"
	       "function __mailchute_accounts\n\t%s\nend\n\n"
	       "complete -c mailchute -f\n",
	       account_names);
	for_each(put_fish_item);
}
