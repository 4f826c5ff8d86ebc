using Orchestrator.Host;
using Orchestrator.Host.Cli;

return await CommandLine.RunAsync(args, ServeVerb.RunAsync);
