using Orchestrator.Protocol.Client;
using PublicApiGenerator;

namespace Orchestrator.Protocol.Tests.PublicApi;

/// <summary>What users of the package can see, generated types included: a change of it is a decision, and shows in the file.</summary>
public class PublicApiTests
{
    [Fact]
    public void Public_surface_is_the_one_that_was_agreed_on()
    {
        var surface = typeof(IQapiClient).Assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false });

        Snapshot.Matches("PublicApi/Orchestrator.Protocol.verified.txt", surface);
    }
}
