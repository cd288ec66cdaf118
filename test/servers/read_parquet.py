"""Prints every row of the Parquet objects of a bucket as a line of JSON, with the name of its object.

Usage: read_parquet.py pyarrow|duckdb HOST:PORT REGION KEY SECRET BUCKET
"""

import glob
import json
import os
import sys

READER, ENDPOINT, REGION, KEY, SECRET, BUCKET = sys.argv[1:]


def print_row(name, row):
    print(json.dumps({"object": name, "row": row}, ensure_ascii=False))


def read_with_pyarrow():
    import pyarrow.fs
    import pyarrow.parquet

    store = pyarrow.fs.S3FileSystem(
        access_key=KEY, secret_key=SECRET, region=REGION, endpoint_override=ENDPOINT, scheme="http"
    )
    for found in store.get_file_info(pyarrow.fs.FileSelector(BUCKET, recursive=True)):
        if found.is_file:
            # One file at a time: a folder's name such as `region=…` would be a column of its own.
            with store.open_input_file(found.path) as file:
                for row in pyarrow.parquet.ParquetFile(file).read().to_pylist():
                    print_row(found.path, row)


def read_with_duckdb():
    import duckdb

    [extension] = glob.glob(os.path.join(os.environ["PYTHONPATH"], "**", "httpfs.duckdb_extension"), recursive=True)
    duckdb.execute(f"LOAD '{extension}'")
    duckdb.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{KEY}', SECRET '{SECRET}', ENDPOINT '{ENDPOINT}',"
        f" REGION '{REGION}', URL_STYLE 'path', USE_SSL false)"
    )
    # Classes differ in their columns: one is asked for at a time.
    names = [name for (name,) in duckdb.execute(f"SELECT file FROM glob('s3://{BUCKET}/**/*.parquet')").fetchall()]
    for name in names:
        query = "SELECT to_json(t) FROM read_parquet(?, hive_partitioning = false) t"
        for (row,) in duckdb.execute(query, [name]).fetchall():
            print_row(name, json.loads(row))


{"pyarrow": read_with_pyarrow, "duckdb": read_with_duckdb}[READER]()
