/* completion.h - what the shells offer behind the program's name */
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

/* Each prints the file that the shell reads. */
void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);
