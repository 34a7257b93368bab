"""Workers on a Dask cluster: `--runner-params workers=8,executor=kedro_fresh.dask.executor`."""

from __future__ import annotations

from concurrent.futures import Executor

from kedro_fresh.errors import FreshError

RETRIES = 2


def executor(workers: int) -> Executor:
    """An executor of the configured cluster; where none is, of one on this machine.

    Args:
        workers: processes of a cluster on this machine. The configured one is that of Dask's own
            setting `scheduler-address`, such as `DASK_SCHEDULER_ADDRESS=tcp://10.0.0.1:8786`.

    Raises:
        FreshError: Dask is not installed, or the cluster cannot be reached.
    """
    try:
        import dask.config
        from distributed import Client, LocalCluster
        from distributed.cfexecutor import ClientExecutor
    except ImportError as error:
        raise FreshError(
            "executor kedro_fresh.dask.executor needs Dask: `pip install distributed`, which is "
            "the extra [dask] of siger-pipeline"
        ) from error

    class DaskExecutor(ClientExecutor):
        """Ends its connection, and a cluster of its own, with itself."""

        # A node whose worker is lost is handed out again by the run: Dask itself would call it
        # with the versions that it had half-written.
        retries = RETRIES

        def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
            super().shutdown(wait=wait)
            client.close()
            if cluster is not None:
                cluster.close()

    address, cluster = dask.config.get("scheduler-address", None), None
    if not address:
        with dask.config.set({"distributed.scheduler.allowed-failures": 0}):
            cluster = LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, memory_limit=None
            )
    try:
        client = Client(cluster or address)
    except OSError as error:
        raise FreshError(
            f"no Dask scheduler answers at {address} (scheduler-address of Dask, or "
            "DASK_SCHEDULER_ADDRESS): start it, or unset the address for a cluster on this machine"
        ) from error
    return DaskExecutor(client, pure=False)
