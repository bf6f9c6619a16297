# Completion of PROGRAM for bash: source <(PROGRAM completion bash)
_clocker_compose() {
    local line text cur prefix= directive=0
    local -a words
    text=${COMP_LINE:0:COMP_POINT}
    read -ra words <<<"$text"
    [[ $text == *[[:space:]] ]] && words+=("")
    cur=${words[${#words[@]} - 1]}
    # bash takes what stands after these for a word of its own
    [[ $cur == *[=:]* ]] && prefix=${cur%"${cur##*[=:]}"}
    COMPREPLY=()
    while IFS= read -r line; do
        case $line in
        :[0-9]*) directive=${line#:} ;;
        *)
            line=${line%%$'\t'*}
            printf -v line %q "${line#"$prefix"}"
            COMPREPLY+=("$line")
            ;;
        esac
    done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
    if ((directive & 2)); then compopt -o nospace; fi
    if ((${#COMPREPLY[@]} == 0 && !(directive & 4))); then compopt -o default; fi
}
complete -F _clocker_compose PROGRAM
