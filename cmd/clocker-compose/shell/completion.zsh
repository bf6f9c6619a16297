#compdef PROGRAM
# Completion of PROGRAM for zsh: source <(PROGRAM completion zsh)
_clocker_compose() {
    local line directive=0
    local -a candidates options
    while IFS= read -r line; do
        case $line in
        :[0-9]*) directive=${line#:} ;;
        *$'\t'*) candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}") ;;
        *) candidates+=("${line//:/\\:}") ;;
        esac
    done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2>/dev/null)
    ((directive & 2)) && options=(-S '')
    if ((${#candidates})); then
        _describe PROGRAM candidates $options
    elif ((!(directive & 4))); then
        _files
    fi
}
compdef _clocker_compose PROGRAM
