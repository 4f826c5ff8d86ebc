# bash completion for orchestrator: source <(orchestrator completion bash)
_orchestrator() {
    # Words are cut at blanks only: selectors and key=value have ':' and '=' in them.
    local line="${COMP_LINE:0:COMP_POINT}"
    local word="${line##*[[:space:]]}"
    # What bash has already taken off the word (it breaks words at COMP_WORDBREAKS) must not come twice.
    local shown="${COMP_WORDS[COMP_CWORD]}"
    [[ $shown == [:=] ]] && shown=""
    local taken="${word%"$shown"}"
    local IFS=$'\n' candidate
    COMPREPLY=()
    for candidate in $("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null); do
        [[ $candidate == "$word"* ]] && COMPREPLY+=("$(printf '%q' "${candidate#"$taken"}")")
    done
}
complete -o default -F _orchestrator orchestrator
