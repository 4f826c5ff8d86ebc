using System.Collections.Frozen;
using CsCheck;
using Orchestrator.Actors.Controllers;
using Orchestrator.Actors.FanOut;

namespace Orchestrator.Actors.Tests.Controllers.Shipped;

public sealed class BackupControllerTests
{
    [Fact]
    public async Task Each_VM_is_backed_up_alone_when_the_schedule_says_so()
    {
        var world = new BackupWorld(1, ("schedule", "6h"), ("dir", "/backup"));
        await world.Rig.StartAsync();
        await world.Rig.PassAsync(TimeSpan.FromHours(6) - TimeSpan.FromSeconds(5));
        Assert.Empty(world.Rig.Snapshots);
        await world.Rig.PassAsync(10);

        var spec = Assert.Single(world.Rig.Snapshots);
        Assert.Equal(("backup-20260304T110612Z", "/backup"), (spec.Name, spec.Directory));
        var (name, data, vm) = Assert.Single(world.Rig.Published);
        Assert.Equal(("BACKUP_COMPLETED", "web1"), (name, vm));
        Assert.Equal(
            $$"""{"group":"{{BackupWorld.Key(1)}}","consistency":"fs","vms":["host1/web1"],"files":[{"vm":"host1/web1","disk":"disk0","base":"/vm/web1.img","overlay":"/vm/web1.disk0.backup-20260304T110612Z.qcow2"}],"took-ms":20,"skew-ms":0.4,"freeze":"01GROUP"}""",
            data.GetRawText());

        await world.Rig.PassAsync(TimeSpan.FromHours(6));

        Assert.Equal(2, world.Rig.Published.Count);
    }

    [Fact]
    public async Task Times_that_were_missed_are_made_up_for_once()
    {
        var world = new BackupWorld(2, ("schedule", "02:00"));
        await world.Rig.StartAsync();
        world.Rig.Time.Advance(TimeSpan.FromDays(5));
        await world.Rig.RestartAsync();
        await world.Rig.PassAsync(3_600);

        Assert.Equal([BackupWorld.Key(1), BackupWorld.Key(2)], world.Completed);
    }

    [Fact]
    public async Task Another_schedule_begins_anew()
    {
        var world = new BackupWorld(1, ("schedule", "6h"));
        await world.Rig.StartAsync();
        var other = new BackupWorld(1, ("schedule", "1h"));
        foreach (var (key, value) in world.Rig.State)
            other.Rig.State[key] = value;
        await other.Rig.StartAsync();
        await other.Rig.PassAsync(3_610);

        Assert.Single(other.Completed);
    }

    [Fact]
    public async Task Vms_with_the_same_label_are_one_group_and_those_without_it_are_alone()
    {
        var world = new BackupWorld(4, ("group-label", "app"));
        world.Rig.Vms = [.. world.Rig.Vms.Select((vm, index) => index < 3 ? vm with { Labels = Labels("app", index == 1 ? "b" : "a") } : vm)];
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.PassAsync(20);

        Assert.Equal([BackupWorld.Key(4), "app=a", "app=b"], world.Completed);
        Assert.Equal([1, 2, 1], world.Rig.Published.Select(published => published.Data.GetProperty("vms").GetArrayLength()));
        Assert.Null(world.Rig.Published[1].Vm);
    }

    [Fact]
    public async Task Large_fleet_is_backed_up_a_few_groups_at_a_time_and_each_once()
    {
        var world = new BackupWorld(50, ("parallel", "3"));
        await world.Rig.StartAsync();
        world.Gate = Task.CompletedTask;
        await world.AskForAllAsync();
        await world.Rig.PassAsync(200);

        Assert.Equal(Enumerable.Range(1, 50).Select(BackupWorld.Key), world.Completed);
        Assert.All(world.Rig.State.Values, value => Assert.InRange(value.Length, 0, 1_000));
    }

    [Fact]
    public async Task Groups_of_one_turn_are_taken_at_the_same_time()
    {
        var gate = new TaskCompletionSource();
        var world = new BackupWorld(5, ("parallel", "3")) { Gate = gate.Task };
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.TickAsync();
        var tick = world.Rig.TickAsync();
        Assert.Equal(3, world.MostUnderWay);
        Assert.Empty(world.Completed);
        gate.SetResult();
        await tick;

        Assert.Equal(3, world.Completed.Count());
    }

    [Fact]
    public async Task Backup_that_was_under_way_at_a_kill_is_told_as_failed_and_the_rest_goes_on()
    {
        var world = new BackupWorld(5, ("parallel", "2")) { Gate = new TaskCompletionSource().Task };
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.TickAsync();
        world.Rig.Kill((controller, context) => controller.OnTickAsync(context, default));
        world.ForgetUnderWay();
        world.Gate = null;

        await world.Rig.StartAsync();
        Assert.Equal([BackupWorld.Key(1), BackupWorld.Key(2)], world.Failed);
        Assert.All(world.Rig.Published, published => Assert.Equal("Interrupted", published.Data.GetProperty("reason").GetString()));
        await world.Rig.PassAsync(60);

        Assert.Equal([BackupWorld.Key(3), BackupWorld.Key(4), BackupWorld.Key(5)], world.Completed);
        Assert.Equal(2, world.Failed.Count());
    }

    [Fact]
    public async Task Handler_that_was_ended_is_told_as_an_interruption_by_the_next_one()
    {
        var world = new BackupWorld(1);
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.TickAsync();
        world.Gate = Task.FromCanceled(new CancellationToken(true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(world.Rig.TickAsync);
        world.Gate = null;
        await world.Rig.PassAsync(20);

        Assert.Single(world.Failed);
        Assert.Single(world.Rig.Snapshots);
    }

    [Fact]
    public async Task Failure_tells_its_reason_and_what_was_taken_and_the_controller_complains_until_it_succeeds()
    {
        var world = new BackupWorld(2, ("group-label", "app"));
        world.Rig.Vms = [.. world.Rig.Vms.Select(vm => vm with { Labels = Labels("app", "a") })];
        world.Failing["web2"] = Reasons.FreezeLost;
        await world.Rig.StartAsync();
        await world.AskForGroupAsync("app=a");
        await world.Rig.PassAsync(10);

        var data = Assert.Single(world.Rig.Published, published => published.Name == "BACKUP_FAILED").Data;
        Assert.Equal((Reasons.FreezeLost, "host1/web2: so it is"), (data.GetProperty("reason").GetString(), data.GetProperty("message").GetString()));
        Assert.Equal("/vm/web1.img", Assert.Single(data.GetProperty("files").EnumerateArray()).GetProperty("base").GetString());
        Assert.Equal("the last backup of 1 group(s) failed: app=a: FreezeLost", world.Rig.Controller.Complaint);

        world.Failing.Clear();
        world.Rig.Time.Advance(TimeSpan.FromMinutes(10));
        await world.AskForGroupAsync("app=a");
        await world.Rig.PassAsync(10);

        Assert.Null(world.Rig.Controller.Complaint);
    }

    [Fact]
    public async Task Snapshot_that_is_not_accepted_is_a_failure()
    {
        var world = new BackupWorld(1);
        world.Rig.Snapshot = _ => throw new ControllerCommandException("too-many-freezes", "256 groups are frozen");
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.PassAsync(10);

        Assert.Equal("256 groups are frozen", Assert.Single(world.Rig.Published).Data.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Group_without_a_disk_to_write_to_is_no_success()
    {
        var world = new BackupWorld(1);
        world.Failing["web1"] = Reasons.NoWritableDisk;
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.PassAsync(10);

        Assert.Equal(Reasons.NoWritableDisk, Assert.Single(world.Rig.Published).Data.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task Event_of_a_VM_asks_for_its_group_once_in_a_while()
    {
        var world = new BackupWorld(3, ("trigger-type", "io.orchestrator.guest.GUEST_USERS_*"));
        await world.Rig.StartAsync();
        for (var i = 0; i < 20; i++)
        {
            await world.AskForVmAsync(2, "GUEST_USERS_CHANGED");
            await world.Rig.PassAsync(10);
        }
        Assert.Equal([BackupWorld.Key(2)], world.Completed);

        world.Rig.Time.Advance(TimeSpan.FromMinutes(10));
        await world.AskForVmAsync(2, "GUEST_USERS_CHANGED");
        await world.Rig.PassAsync(10);

        Assert.Equal([BackupWorld.Key(2), BackupWorld.Key(2)], world.Completed);
    }

    [Fact]
    public async Task Groups_that_do_not_exist_and_too_many_at_a_time_come_to_nothing()
    {
        var world = new BackupWorld(1);
        await world.Rig.StartAsync();
        for (var i = 0; i < 257; i++)
            await world.AskForGroupAsync($"app={i}");
        Assert.Equal("QueueFull", Assert.Single(world.Rig.Published).Data.GetProperty("reason").GetString());

        await world.Rig.PassAsync(10);

        Assert.Empty(world.Rig.Snapshots);
    }

    [Fact]
    public async Task All_groups_are_not_backed_up_twice_within_the_gap()
    {
        var world = new BackupWorld(1);
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.PassAsync(10);
        await world.AskForAllAsync();
        await world.Rig.PassAsync(10);

        Assert.Single(world.Completed);
        Assert.Contains("not again within", Assert.Single(world.Rig.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shadow_takes_nothing_and_notes_what_it_would()
    {
        var world = new BackupWorld(2, isShadow: true);
        await world.Rig.StartAsync();
        await world.AskForAllAsync();
        await world.Rig.PassAsync(20);

        Assert.Empty(world.Rig.Snapshots);
        Assert.Empty(world.Rig.Published);
        Assert.Equal(2, world.Rig.Notes.Count(note => note.EndsWith("would have been backed up", StringComparison.Ordinal)));
    }

    /// <summary>Requests, failures and kills at any moment: never two at a time for one VM (the world asserts it), and whatever was asked for is told of.</summary>
    [Fact]
    public Task Whatever_happens_every_group_that_was_asked_for_is_told_of() => Gen.Int[0, 8].Array[0, 40].SampleAsync(async steps =>
    {
        var world = new BackupWorld(5, ("parallel", "2"), ("min-gap", "1s"));
        await world.Rig.StartAsync();
        foreach (var step in steps)
        {
            switch (step)
            {
                case 0:
                    await world.AskForAllAsync();
                    break;
                case 1 or 2:
                    await world.AskForVmAsync(step);
                    break;
                case 3:
                    world.Gate = new TaskCompletionSource().Task;
                    world.Rig.Kill((controller, context) => controller.OnTickAsync(context, default));
                    world.Gate = null;
                    world.ForgetUnderWay();
                    await world.Rig.StartAsync();
                    break;
                case 4:
                    world.Failing["web3"] = Reasons.FsFrozenForeign;
                    break;
                case 5:
                    world.Failing.Clear();
                    break;
                default:
                    await world.Rig.TickAsync();
                    break;
            }
        }
        await world.Rig.PassAsync(60);
        world.Rig.Published.Clear();
        await world.AskForAllAsync();
        await world.Rig.PassAsync(30);
        Assert.Equal(Enumerable.Range(1, 5).Select(BackupWorld.Key), world.Completed.Concat(world.Failed).Order());
    }, iter: 1_000);

    private static FrozenDictionary<string, string> Labels(string key, string value) => new Dictionary<string, string> { [key] = value }.ToFrozenDictionary();
}
