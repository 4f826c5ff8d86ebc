# fish completion for orchestrator: orchestrator completion fish | source
function __orchestrator_complete
    set -l line (commandline -cp)
    set -l program (commandline -opc)[1]
    $program "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
end
complete -c orchestrator -f -a '(__orchestrator_complete)'
