#compdef orchestrator
# zsh completion for orchestrator: source <(orchestrator completion zsh)
_orchestrator() {
    local -a candidates
    local line="${BUFFER[1,CURSOR]}"
    candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
    (( ${#candidates} )) && compadd -- "${candidates[@]}"
}
compdef _orchestrator orchestrator
