using System.Collections.Concurrent;
using System.Text.Json;
using Orchestrator.EndToEnd.Tests.Serving;
using Orchestrator.TestKit;

namespace Orchestrator.EndToEnd.Tests.Clustering.Faults;

/// <summary>
/// Jobs whose programs leave a mark in every guest, submitted while faults happen: the marks are the judge of what the cluster says. A
/// submission that is not answered is repeated under its key, at another gateway.
/// </summary>
/// <param name="lab">Whose VMs they are for.</param>
/// <param name="gateways">Who takes them.</param>
/// <param name="guests">VMs with a guest of their own: their marks are in it, the others' in a file of the lab.</param>
internal sealed class MarkedJobs(ClusterLab lab, Gateways gateways, IReadOnlyList<string> guests)
{
    private const string GuestMarks = "/tmp/marker";
    private const int TimeoutMs = 60_000;
    private const int TargetsPerSecond = 20;
    private static readonly TimeSpan EndLimit = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, (string Id, int Targets)> _jobs = new();
    private int _count;

    private string LabMarks => Path.Combine(lab.Network.Directory, "marks");

    /// <summary>Submits so many jobs for all VMs, one after the other, each through the next gateway that takes it.</summary>
    public async Task SubmitAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var key = $"job-{Interlocked.Increment(ref _count)}";
            // Light agents are programs of this machine, which has the lab's directory; one line is one write.
            var script = $"marks={GuestMarks}; [ -d {lab.Network.Directory} ] && marks={LabMarks}; line=\"{key} $(tr '\\0' ' ' < /proc/$PPID/cmdline)\"; echo \"$line\" >> $marks";
            var body = JsonSerializer.Serialize(new { target = "*", run = new { argv = (string[])["/bin/sh", "-c", script] }, timeoutMs = TimeoutMs, rate = TargetsPerSecond });
            var accepted = await gateways.AskAsync(api => api.PostAsync("/v1/jobs", body, ("Idempotency-Key", key)), answer => (int)answer.Status is 200 or 202, $"{key} is accepted");
            _jobs[key] = (accepted.Body.Text("id")!, (int)accepted.Body.Number("targets"));
        }
    }

    /// <summary>Holds every job of which it was not done yet to its end, to the same words at every gateway, and to the marks: nothing twice, nothing lost, nothing made up.</summary>
    /// <param name="vms">VMs of each job: all, whoever is away.</param>
    public async Task HoldAsync(int vms)
    {
        foreach (var (key, job) in _jobs)
            await EndedAsync(key, job.Id);
        var marks = await MarksAsync();
        foreach (var (key, job) in _jobs)
        {
            var outcomes = await OutcomesAsync(job.Id);
            Assert.True(job.Targets == vms && outcomes.Length == vms, $"{key} was for {job.Targets} VMs of {vms}, and has {outcomes.Length} outcomes");
            foreach (var outcome in outcomes)
                Hold(key, outcome, marks[(key, outcome.Text("name")!)].Count());
            _jobs.TryRemove(key, out _);
        }
    }

    private async Task EndedAsync(string key, string job)
    {
        foreach (var node in lab.Nodes)
            await Gateways.ShowsAsync(node, $"/v1/jobs/{job}", answer => (int)answer.Status == 200 && answer.Body.Text("phase") is "Succeeded" or "Partial" or "Failed" or "Cancelled" or "Expired", EndLimit, $"{key} as ended");
    }

    private async Task<JsonElement[]> OutcomesAsync(string job)
    {
        var answers = await Task.WhenAll(lab.Nodes.Select(node => ReadAsync(node, $"/v1/jobs/{job}/invocations")));
        Assert.All(answers, answer => Assert.Equal(answers[0].Text, answer.Text));
        return answers[0].Items();
    }

    /// <summary>A duty that is on its way back after the fault is 503: who asks is told to ask again.</summary>
    private static async Task<ApiAnswer> ReadAsync(ClusterNode node, string path)
    {
        ApiAnswer? answer = null;
        await Eventually.TrueAsync(async () => (int)(answer = await node.Api.GetAsync(path)).Status != 503, EndLimit, $"{node.Name} answers {path}");
        return answer!;
    }

    private static void Hold(string key, JsonElement outcome, int marks)
    {
        var said = $"{key} at {outcome.Text("name")} ran {marks} times: {outcome}";
        Assert.True(marks <= 1, said);
        if (outcome.Is("effect", "Applied"))
            Assert.True(marks == 1, said);
        else if (outcome.Is("effect", "None"))
            Assert.True(marks == 0, said);
        else
            outcome.Ends("Unknown", effect: "Unknown");
    }

    /// <summary>All marks, by the job's key and the VM.</summary>
    private async Task<ILookup<(string Key, string Vm), string>> MarksAsync()
    {
        var lines = File.Exists(LabMarks) ? await File.ReadAllLinesAsync(LabMarks) : [];
        var marks = lines.Select(line => (Key: line.Split(' ')[0], Vm: line.Split("/vms/")[1].Split('/')[0], Line: line)).ToList();
        foreach (var guest in guests)
        {
            var text = await gateways.ShellAsync(guest, $"touch {GuestMarks}; cut -d ' ' -f 1 {GuestMarks}");
            marks.AddRange(text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(key => (key, guest, $"{guest} {key}")));
        }
        return marks.ToLookup(mark => (mark.Key, mark.Vm), mark => mark.Line);
    }
}
