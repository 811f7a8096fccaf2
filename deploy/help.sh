# Reads what `deskpulse --help` and `deskpulse COMMAND --help` say, for the manual pages and the
# completions: so the program's own texts are the only ones. Sourced, never run.
# shellcheck shell=bash

# One character that no help text has stands between the fields of a record.
fs=$'\x1f'

# Prints PROGRAM's commands, each as NAME fs SUMMARY.
help_commands() {
    local kind label text
    while IFS=$fs read -r kind label text; do
        [[ $kind != item ]] || printf '%s\n' "$label$fs$text"
    done < <("$1" --help | help_records)
}

# The help text of a command without the configuration's keys, which follow in that of `run`; and
# these keys.
help_of() { "$1" "$2" --help | sed '/^Configuration keys,/,$d'; }
help_keys() { "$1" run --help | sed -n '/^Configuration keys,/,$p'; }

# Prints the program's version.
help_version() {
    local text
    text=$("$1" --version)
    echo "${text#deskpulse }"
}

# Turns a help text into records: `usage` fs LINE, `text` fs fs PARAGRAPH, `item` fs LABEL fs
# DESCRIPTION, and `gap` where a list ends. What stands in a list begins, on the first line of each,
# in one column; a longer label is followed by one blank, or by nothing.
help_records() {
    local line kind='' label='' text='' column=0
    flush() {
        [[ -z $kind ]] || printf '%s\n' "$kind$fs$label$fs$text"
        kind='' label='' text=''
    }
    while IFS= read -r line || [[ -n $line ]]; do
        if [[ -z $line ]]; then
            flush
            ((!column)) || echo gap
            column=0
        elif [[ $line =~ ^usage:\ (.*) || ($kind == usage && $line =~ ^\ +(.*)) ]]; then
            if [[ $kind == usage && ${BASH_REMATCH[1]} != deskpulse* ]]; then
                label+=" ${BASH_REMATCH[1]}"
            else
                flush
                kind=usage label=${BASH_REMATCH[1]}
            fi
        elif [[ $line != ' '* ]]; then
            [[ $kind == text ]] || flush
            kind=text text+=${text:+ }$line
        else
            if ((!column)) && [[ $line =~ ^(\ +[^ ]+(\ [^ ]+)*\ \ +)[^\ ] ]]; then
                column=${#BASH_REMATCH[1]}
            fi
            if ((column)) && [[ -z ${line:0:column} || ${line:0:column} == *[!\ ]* ]]; then
                flush
                kind=item
                if ((${#line} > column)) && [[ ${line:column-1:1} == ' ' ]]; then
                    label=${line:0:column} text=${line:column}
                else
                    label=$line
                fi
                label=${label#"${label%%[! ]*}"}
                label=${label%"${label##*[! ]}"}
            else
                text+=${text:+ }${line#"${line%%[! ]*}"}
            fi
        fi
    done
    flush
}

# Turns the text about the configuration into records: `text` fs fs PARAGRAPH, `section` fs TITLE,
# `key` fs WHAT STANDS THERE, and `about` fs LINE for each line about that key.
help_key_records() {
    local line paragraph='' in_section=''
    while IFS= read -r line || [[ -n $line ]]; do
        if [[ -z $line || $line == '['* ]]; then
            [[ -z $paragraph ]] || printf '%s\n' "text$fs$fs$paragraph"
            paragraph='' in_section=$line
            [[ -z $line ]] || printf '%s\n' "section$fs$line"
        elif [[ $line == '    '* ]]; then
            printf '%s\n' "about$fs${line:4}"
        elif [[ -n $in_section ]]; then
            printf '%s\n' "key$fs$line"
        else
            paragraph+=${paragraph:+ }$line
        fi
    done
    [[ -z $paragraph ]] || printf '%s\n' "text$fs$fs$paragraph"
}
