using Orchestrator.Host.Cli;

return await CommandLine.RunAsync(args, (_, _) => throw new CliException(ExitCodes.Error, "this build has no server"));
